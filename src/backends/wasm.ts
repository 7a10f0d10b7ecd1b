import type { DataId, KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { selectEngine } from '../engine/select';
import type { Form } from '../engine/wasm/forms';
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
  const { inputQuantizer } = attrs as unknown as TernaryMatMulAttrs;
  // All allocations come first, for they may grow the heap, which detaches views made before:
  // touching an input moves it here from another backend, then the output is made.
  for (const { dataId } of Object.values(inputs)) backend.dataIdMap.get(dataId);
  const output = backend.makeOutput(outputShape(inputs), 'float32');
  const engine = inputQuantizer === 'int8' ? selectEngine() : 'portable';
  const kernels = engine === 'portable' ? undefined : heapKernels(backend);
  if (engine !== 'portable' && kernels?.supports(engine)) {
    runInPlace(backend, kernels, engine, inputs, attrs, output);
  } else {
    const read = (tensor: TensorInfo) => backend.typedArrayFromHeap(tensor);
    computeProduct(read, inputs, attrs, read(output) as Float32Array);
  }
  return output;
}

/** Every operand where it lies in tfjs's heap: nothing is copied. */
function runInPlace(
  backend: WasmBackend,
  kernels: WasmKernels,
  form: Form,
  inputs: TernaryMatMulInputs,
  attrs: NamedAttrMap | undefined,
  output: TensorInfo,
): void {
  const { inFeatures, eps } = attrs as unknown as TernaryMatMulAttrs;
  const { x, packed, scale, bias } = inputs;
  checkCodesOnce(packed.dataId, backend.typedArrayFromHeap(packed) as Int32Array);
  const [rows, outFeatures] = outputShape(inputs);
  const addressOf = ({ dataId }: TensorInfo) => backend.dataIdMap.get(dataId).memoryOffset;
  const scratch = backend.wasm._malloc(kernels.scratchBytes(form, rows, inFeatures)) >>> 0;
  kernels.run(form, {
    x: addressOf(x),
    packed: addressOf(packed),
    scale: addressOf(scale),
    scaleCount: scale.shape[0] ?? 1,
    bias: bias == null ? 0 : addressOf(bias),
    y: addressOf(output),
    rows,
    inFeatures,
    outFeatures,
    eps,
    scratch,
  });
  backend.wasm._free(scratch);
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
