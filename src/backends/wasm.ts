import type { DataId, KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { selectEngine } from '../engine/select';
import { floorOf, type Form } from '../engine/wasm/forms';
import { WasmKernels } from '../engine/wasm/kernels';
import { TERNARY_MAT_MUL, type TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import {
  checkCodesOnce,
  computeProduct,
  outputShape,
  type TernaryMatMulInputs,
} from './ternary_mat_mul_kernel';

/** What this kernel uses of tfjs's BackendWasm. */
interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    /** The heap, in the threaded build. */
    readonly wasmMemory?: WebAssembly.Memory;
    /** The exports with the heap among them, in the other builds and in newer Emscriptens. */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    readonly wasmExports?: { readonly memory?: WebAssembly.Memory };
  };
  readonly dataIdMap: { get(dataId: DataId): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  disposeData(dataId: DataId): boolean;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array;
}

export const wasmTernaryMatMul: KernelConfig = {
  kernelName: TERNARY_MAT_MUL,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    compute(backend as WasmBackend, inputs as unknown as TernaryMatMulInputs, attrs),
};

function compute(
  backend: WasmBackend,
  inputs: TernaryMatMulInputs,
  attrs: NamedAttrMap | undefined,
): TensorInfo {
  // All allocations come first, for they may grow the heap, which detaches views made before:
  // touching an input moves it here from another backend, then the output is made.
  for (const { dataId } of Object.values(inputs)) backend.dataIdMap.get(dataId);
  const words = () => backend.typedArrayFromHeap(inputs.packed) as Int32Array;
  checkCodesOnce(inputs.packed.dataId, words);
  const output = backend.makeOutput(outputShape(inputs), 'float32');
  try {
    checkAllocated(addressOf(backend, output), 'output');
    computeInto(output, backend, inputs, attrs as unknown as TernaryMatMulAttrs);
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  }
  return output;
}

function computeInto(
  output: TensorInfo,
  backend: WasmBackend,
  inputs: TernaryMatMulInputs,
  attrs: TernaryMatMulAttrs,
): void {
  const engine = attrs.inputQuantizer === 'int8' ? selectEngine() : 'portable';
  const kernels = engine === 'portable' ? undefined : heapKernels(backend);
  if (engine !== 'portable' && kernels?.supports(engine)) {
    runInPlace(backend, kernels, engine, inputs, attrs, output);
  } else {
    const values = (tensor: TensorInfo) => backend.typedArrayFromHeap(tensor);
    computeProduct({ values }, inputs, attrs, values(output) as Float32Array);
  }
}

/** Every operand where it lies in tfjs's heap: nothing is copied. */
function runInPlace(
  backend: WasmBackend,
  kernels: WasmKernels,
  form: Form,
  { x, packed, scale, bias }: TernaryMatMulInputs,
  { inFeatures, eps, activation }: TernaryMatMulAttrs,
  output: TensorInfo,
): void {
  const [rows, outFeatures] = output.shape as [number, number];
  const scratch = backend.wasm._malloc(kernels.scratchBytes(form, rows, inFeatures)) >>> 0;
  checkAllocated(scratch, 'scratch memory');
  try {
    kernels.run(form, {
      x: addressOf(backend, x),
      packed: addressOf(backend, packed),
      scale: addressOf(backend, scale),
      scaleCount: scale.shape[0] ?? 1,
      bias: bias == null ? 0 : addressOf(backend, bias),
      y: addressOf(backend, output),
      rows,
      inFeatures,
      outFeatures,
      eps,
      floor: floorOf(activation),
      scratch,
    });
  } finally {
    backend.wasm._free(scratch);
  }
}

function addressOf(backend: WasmBackend, { dataId }: TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** malloc returns 0 when the heap can grow no more; tfjs's own data lie there. */
function checkAllocated(address: number, what: string): void {
  if (address === 0) {
    throw new Error(`TernaryMatMul: the heap of the wasm backend has no room for its ${what}.`);
  }
}

const kernelsOfBackend = new WeakMap<WasmBackend, WasmKernels>();

/** The kernels on tfjs's own heap; undefined if a future tfjs hides it. */
function heapKernels(backend: WasmBackend): WasmKernels | undefined {
  const known = kernelsOfBackend.get(backend);
  if (known != null) return known;
  const { wasm } = backend;
  const memory = wasm.wasmMemory ?? wasm.asm?.memory ?? wasm.wasmExports?.memory;
  if (!(memory instanceof WebAssembly.Memory) || memory.buffer !== wasm.HEAPU8.buffer)
    return undefined;
  const kernels = new WasmKernels(memory);
  kernelsOfBackend.set(backend, kernels);
  return kernels;
}
