import { findBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import { ownMemoryEngine, ownMemoryThreads } from '../engine/own_memory_engine';
import { selectEngine } from '../engine/select';
import type { WasmEngineName } from '../engine/wasm/engines';
import { boundsOf, scaleStride } from '../engine/wasm/mat_mul_args';
import type { Microkernels } from '../engine/wasm/microkernels';
import { TERNARY_MAT_MUL, type TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import {
  allocateHeap,
  disposeHeapTensor,
  freeHeap,
  heapAddress,
  heapValues,
  makeHeapTensor,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import {
  checkCodesOnce,
  computeFromArrays,
  outputShape,
  type TernaryMatMulInputs,
} from './array_product';
import type { Backend } from './backend';
import { heapAttention } from './heap_attention';
import { heapBatchNorm } from './heap_batch_norm';
import { heapColumnSums } from './heap_column_sums';
import { heapTernaryConv2D } from './heap_convolution';
import { heapGate } from './heap_gate';
import { heapGelu } from './heap_gelu';
import { heapMicrokernels } from './heap_microkernels';
import { heapNormalization } from './heap_normalization';
import { checkAllocated } from './heap_room';
import { computedByThreads, endHeapThreads, heapThreads } from './heap_threads';
import { returnFromEngine } from './packed_words';
import { computedBesideHeap, type PackedWork } from './words_beside_heap';

export const wasm: Backend = {
  name: 'wasm',
  computedBy: () => 'engines',
  tfjsKernels: {
    TernaryMatMul: (args) => {
      const backend = args.backend as WasmBackend;
      const inputs = args.inputs as unknown as TernaryMatMulInputs;
      const attrs = args.attrs as unknown as TernaryMatMulAttrs;
      return (
        computedBesideHeap(backend, inputs, besideHeap(inputs, attrs)) ??
        compute(backend, inputs, attrs)
      );
    },
    TernaryConv2D: heapTernaryConv2D,
    ColumnSums: heapColumnSums,
    ScaledDotProductAttention: heapAttention,
    SparsityGate: heapGate,
    BatchNorm: heapBatchNorm,
    ...heapGelu,
    ...heapNormalization,
  },
  release: returnFromEngine,
  threads: () => Math.max(ownMemoryThreads(), runningThreads()),
  dispose: (backend) => endHeapThreads(backend as WasmBackend),
};

/**
 * A kernel of fewer weights stays in the heap. Outside, a product of one row takes 5 microseconds more, for its copies;
 * inside, it takes some 20 with so many weights.
 */
const MIN_WEIGHTS = 1 << 19;

function besideHeap(
  inputs: TernaryMatMulInputs,
  { inFeatures, inputQuantizer, eps, activation, skipZeroBlocks }: TernaryMatMulAttrs,
): PackedWork {
  const shape = outputShape(inputs);
  const [rows, units] = shape;
  return {
    ...{ kernel: TERNARY_MAT_MUL, inputQuantizer, rows, skipZeroBlocks, shape },
    isLarge: inFeatures * units >= MIN_WEIGHTS,
    gains: () => ownMemoryEngine().shares(rows, inFeatures, units),
    compute: (engine, operands, weight, y) => {
      const sizes = { rows, inFeatures, units, eps, activation, skipZeroBlocks };
      ownMemoryEngine().compute(engine, { ...operands, ...sizes }, weight, y);
    },
  };
}

function compute(
  backend: WasmBackend,
  inputs: TernaryMatMulInputs,
  attrs: TernaryMatMulAttrs,
): TensorInfo {
  // All allocations come first, for they may grow the heap, which detaches views made before:
  // asking for an input's address moves it here from another backend, then the output is made.
  for (const tensor of Object.values(inputs) as TensorInfo[]) heapAddress(backend, tensor);
  const words = () => heapValues(backend, inputs.packed) as Int32Array;
  checkCodesOnce(inputs.packed.dataId, words, TERNARY_MAT_MUL);
  const output = makeHeapTensor(backend, outputShape(inputs));
  try {
    checkAllocated(heapAddress(backend, output), TERNARY_MAT_MUL, 'output');
    computeInto(output, backend, inputs, attrs);
  } catch (error) {
    disposeHeapTensor(backend, output);
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
  const engine = selectEngine({ ...attrs, rows: output.shape[0]! });
  const microkernels = engine === 'portable' ? undefined : heapMicrokernels(backend);
  if (engine !== 'portable' && microkernels?.supports(engine)) {
    runInPlace(backend, microkernels, engine, inputs, attrs, output);
  } else {
    const values = (tensor: TensorInfo) => heapValues(backend, tensor);
    computeFromArrays({ values }, inputs, attrs, values(output) as Float32Array);
  }
}

/** Every operand where it lies in tfjs's heap: nothing is copied. */
function runInPlace(
  backend: WasmBackend,
  microkernels: Microkernels,
  engine: WasmEngineName,
  { x, packed, scale, bias }: TernaryMatMulInputs,
  { inFeatures, eps, activation, skipZeroBlocks }: TernaryMatMulAttrs,
  output: TensorInfo,
): void {
  const [rows, units] = output.shape as [number, number];
  const size = { rows, inFeatures, skipZeroBlocks: Number(skipZeroBlocks), windows: 0 };
  const args = {
    x: heapAddress(backend, x),
    packed: heapAddress(backend, packed),
    scale: heapAddress(backend, scale),
    scaleStride: scaleStride(scale.shape[0] ?? 1),
    bias: bias == null ? 0 : heapAddress(backend, bias),
    y: heapAddress(backend, output),
    yStride: 4 * units,
    ...size,
    ...{ firstWindow: 0, eps, ...boundsOf(activation) },
  };
  const isComputed = computedByThreads(backend, output, {
    kernel: TERNARY_MAT_MUL,
    multiplications: rows * inFeatures * units,
    workspaceBytes: (threads) => threads.workspaceBytes(engine, size),
    run: (threads, workspace) => threads.matMul(engine, args, units, workspace),
  });
  if (isComputed) return;
  const workspaceBytes = microkernels.workspaceBytes(engine, size);
  const workspace = allocateHeap(backend, workspaceBytes);
  checkAllocated(workspace, TERNARY_MAT_MUL, 'scratch memory');
  try {
    // Another address than before if a thread has died.
    const y = heapAddress(backend, output);
    microkernels.matMul(engine, { ...args, y }, units, workspace);
  } finally {
    freeHeap(backend, workspace);
  }
}

function runningThreads(): number {
  const backend = findBackend('wasm') as unknown as WasmBackend | null;
  return (backend && heapThreads(backend)?.running()) ?? 1;
}
