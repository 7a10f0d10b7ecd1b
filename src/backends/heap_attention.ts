import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionMicrokernels } from '../engine/attention/microkernels';
import { attentionModule } from '../engine/attention/module';
import { SCALED_DOT_PRODUCT_ATTENTION } from '../ops/attention';
import type { AttentionAttrs } from '../ops/attention_weights';
import {
  allocateHeap,
  freeHeap,
  heapAddress,
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
  const { heads, queries, keys, keyWidth, valueWidth, scale, causal } = sizes;
  const scratch = allocateHeap(backend, scratchBytesOfAttention(keyWidth, valueWidth));
  checkAllocated(scratch, SCALED_DOT_PRODUCT_ATTENTION, 'scratch memory');
  const address = (tensor: TensorInfo) => (isEmpty(tensor) ? 0 : heapAddress(backend, tensor));
  const [q, k, v, mask, slopes] = [inputs.q, inputs.k, inputs.v, inputs.mask, inputs.slopes].map(
    address,
  ) as [number, number, number, number, number];
  const to = address(y);
  const [keyRow, valueRow] = [4 * heads * keyWidth, 4 * heads * valueWidth];
  try {
    for (let example = 0; example < y.shape[0]!; example++) {
      attend(
        q + example * queries * keyRow,
        k + example * keys * keyRow,
        v + example * keys * valueRow,
        mask === 0 ? 0 : mask + 4 * example * keys,
        slopes,
        to + example * queries * valueRow,
        scratch,
        heads,
        queries,
        keys,
        keyWidth,
        valueWidth,
        scale,
        Number(causal),
      );
    }
  } finally {
    freeHeap(backend, scratch);
  }
}
