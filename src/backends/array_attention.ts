import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { attendArrays } from '../engine/attention/attend';
import type { Attention } from '../engine/attention/attention';
import type { AttentionAttrs } from '../ops/attention_weights';
import { attentionShape, attentionSizes, isEmpty, type AttentionInputs } from './attention_shape';
import type { ArrayTensors } from './array_product';

/** The tfjs kernel of a backend whose tensors are JavaScript arrays. */
export function arrayAttention<Backend>(
  tensors: Pick<ArrayTensors<Backend>, 'values' | 'make'>,
): KernelFunc {
  return (args) => {
    const backend = args.backend as Backend;
    const inputs = args.inputs as unknown as AttentionInputs;
    const attrs = args.attrs as unknown as AttentionAttrs;
    const floats = (tensor: TensorInfo) => tensors.values(backend, tensor) as Float32Array;
    const attention = attentionOfArrays(inputs, attrs, floats);
    const { examples, queries, heads, valueWidth } = attention.sizes;
    const y = new Float32Array(examples * queries * heads * valueWidth);
    attendArrays(attention, y);
    return tensors.make(backend, attentionShape(inputs), y);
  };
}

/** @param floats gives the values of a tensor. */
export function attentionOfArrays(
  inputs: AttentionInputs,
  attrs: AttentionAttrs,
  floats: (tensor: TensorInfo) => Float32Array,
): Attention {
  const unlessEmpty = (tensor: TensorInfo) => (isEmpty(tensor) ? undefined : floats(tensor));
  return {
    q: floats(inputs.q),
    k: floats(inputs.k),
    v: floats(inputs.v),
    mask: unlessEmpty(inputs.mask),
    slopes: unlessEmpty(inputs.slopes),
    sizes: attentionSizes(inputs, attrs),
  };
}
