import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { attendArrays } from '../engine/attention/attend';
import type { Attention, AttentionSizes } from '../engine/attention/attention';
import type { AttentionMicrokernels } from '../engine/attention/microkernels';
import { attentionModule } from '../engine/attention/module';
import { attendInOwnMemory } from '../engine/attention/own_memory';
import {
  attendInWorkspace,
  sharedMultiplications,
  workspaceBytes,
} from '../engine/attention/workspace';
import { ownMemoryMayShare } from '../engine/own_memory_engine';
import type { WorkThreads } from '../engine/wasm/threads/work_threads';
import { SCALED_DOT_PRODUCT_ATTENTION } from '../ops/attention';
import type { AttentionAttrs } from '../ops/attention_weights';
import {
  allocateHeap,
  freeHeap,
  heapAddress,
  heapValues,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import { attentionOfArrays } from './array_attention';
import { attentionShape, isEmpty, type AttentionInputs } from './attention_shape';
import { heapMicrokernels } from './heap_microkernels';
import { withHeapOutputs } from './heap_outputs';
import { checkAllocated } from './heap_room';
import { computedByThreads } from './heap_threads';
import { moduleOnHeap } from './module_on_heap';
import { MIN_PER_NUMBER } from './words_beside_heap';

/** The tfjs kernel of the backend wasm: it computes where the tensors lie, unless threads outside are faster. */
export const heapAttention: KernelFunc = (args) => {
  const backend = args.backend as WasmBackend;
  const inputs = args.inputs as unknown as AttentionInputs;
  const attrs = args.attrs as unknown as AttentionAttrs;
  const microkernels = moduleOnHeap(backend, attentionModule);
  const shape = attentionShape(inputs);
  const [y] = withHeapOutputs(backend, inputs, [shape], SCALED_DOT_PRODUCT_ATTENTION, ([y]) => {
    const floats = (tensor: TensorInfo) => heapValues(backend, tensor) as Float32Array;
    const attention = attentionOfArrays(inputs, attrs, floats);
    if (microkernels == null) attendArrays(attention, floats(y!));
    else if (!attendedOutside(attention, floats(y!))) {
      attendInHeap(backend, microkernels, inputs, attention.sizes, y!);
    }
  });
  return y!;
};

/** Returns false, with `y` as it was, if it is to be computed in the heap. */
function attendedOutside(attention: Attention, y: Float32Array): boolean {
  if (!gainsByThreads(attention)) return false;
  return attentionModule.tryInOwnMemory((own) => attendInOwnMemory(own, attention, y));
}

function gainsByThreads({ q, k, v, sizes }: Attention): boolean {
  const multiplications = sharedMultiplications(sizes);
  const isMuch = multiplications >= MIN_PER_NUMBER * (q.length + k.length + v.length);
  return isMuch && ownMemoryMayShare(multiplications);
}

function attendInHeap(
  backend: WasmBackend,
  microkernels: AttentionMicrokernels,
  inputs: AttentionInputs,
  sizes: AttentionSizes,
  y: TensorInfo,
): void {
  const heap = heapMicrokernels(backend)!;
  const run = (workspace: number, threads?: WorkThreads) => {
    const addresses = addressesOf(backend, inputs, y);
    return attendInWorkspace(microkernels, heap.views, addresses, sizes, workspace, threads);
  };
  const isComputed = computedByThreads(backend, y, {
    kernel: SCALED_DOT_PRODUCT_ATTENTION,
    multiplications: sharedMultiplications(sizes),
    workspaceBytes: ({ most }) => workspaceBytes(microkernels, sizes, most),
    run: (threads, workspace) => run(workspace, threads),
  });
  if (isComputed) return;
  const workspace = allocateHeap(backend, workspaceBytes(microkernels, sizes, 1));
  checkAllocated(workspace, SCALED_DOT_PRODUCT_ATTENTION, 'scratch memory');
  try {
    run(workspace);
  } finally {
    freeHeap(backend, workspace);
  }
}

function addressesOf(backend: WasmBackend, inputs: AttentionInputs, y: TensorInfo) {
  const address = (tensor: TensorInfo) => (isEmpty(tensor) ? 0 : heapAddress(backend, tensor));
  const { q, k, v, mask, slopes } = inputs;
  return {
    q: address(q),
    k: address(k),
    v: address(v),
    mask: address(mask),
    slopes: address(slopes),
    y: address(y),
  };
}
