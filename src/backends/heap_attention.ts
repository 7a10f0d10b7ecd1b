import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { ATTENTION_ARGS_BYTES, writeAttentionArgs } from '../engine/attention/args';
import type { AttentionMicrokernels } from '../engine/attention/microkernels';
import { attentionModule } from '../engine/attention/module';
import { MemoryViews } from '../engine/wasm/memory_views';
import { SCALED_DOT_PRODUCT_ATTENTION } from '../ops/attention';
import type { AttentionAttrs } from '../ops/attention_weights';
import {
  allocateHeap,
  freeHeap,
  heapAddress,
  heapMemory,
  heapValues,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import { arrayAttention } from './array_attention';
import { attentionShape, attentionSizes, isEmpty, type AttentionInputs } from './attention_shape';
import { checkAllocated } from './heap_room';
import { withHeapOutputs } from './heap_outputs';
import { moduleOnHeap } from './module_on_heap';

/** The tfjs kernel of the backend wasm, which computes where the tensors lie. */
export const heapAttention: KernelFunc = (args) => {
  const backend = args.backend as WasmBackend;
  const inputs = args.inputs as unknown as AttentionInputs;
  const microkernels = moduleOnHeap(backend, attentionModule);
  const shape = attentionShape(inputs);
  const [y] = withHeapOutputs(backend, inputs, [shape], SCALED_DOT_PRODUCT_ATTENTION, ([y]) =>
    microkernels == null
      ? portable(y!)(args)
      : attendInHeap(backend, microkernels, inputs, args.attrs as unknown as AttentionAttrs, y!),
  );
  return y!;
};

/** Computes into a tensor of the heap. */
function portable(y: TensorInfo): KernelFunc {
  return arrayAttention<WasmBackend>({
    values: heapValues,
    make(backend, _shape, values) {
      heapValues(backend, y).set(values);
      return y;
    },
  });
}

function attendInHeap(
  backend: WasmBackend,
  { attend, scratchBytesOfAttention }: AttentionMicrokernels,
  inputs: AttentionInputs,
  attrs: AttentionAttrs,
  y: TensorInfo,
): void {
  const sizes = attentionSizes(inputs, attrs);
  const scratchBytes = scratchBytesOfAttention(sizes.heads, sizes.keyWidth, sizes.valueWidth);
  const scratch = allocateHeap(backend, scratchBytes + ATTENTION_ARGS_BYTES);
  checkAllocated(scratch, SCALED_DOT_PRODUCT_ATTENTION, 'scratch memory');
  const address = (tensor: TensorInfo) => (isEmpty(tensor) ? 0 : heapAddress(backend, tensor));
  const { q, k, v, mask, slopes } = inputs;
  const addresses = {
    q: address(q),
    k: address(k),
    v: address(v),
    mask: address(mask),
    slopes: address(slopes),
    y: address(y),
  };
  const args = scratch + scratchBytes;
  try {
    writeAttentionArgs(new MemoryViews(heapMemory(backend)!), args, addresses, sizes);
    attend(args, 0, sizes.examples * sizes.heads, scratch);
  } finally {
    freeHeap(backend, scratch);
  }
}
