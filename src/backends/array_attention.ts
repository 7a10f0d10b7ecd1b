import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { attendArrays } from '../engine/attention/attend';
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
    const sizes = attentionSizes(inputs, args.attrs as unknown as AttentionAttrs);
    const floats = (tensor: TensorInfo) => tensors.values(backend, tensor) as Float32Array;
    const [q, k, v] = [floats(inputs.q), floats(inputs.k), floats(inputs.v)];
    const [mask, slopes] = [inputs.mask, inputs.slopes].map((tensor) =>
      isEmpty(tensor) ? undefined : floats(tensor),
    );
    const y = new Float32Array(sizes.examples * sizes.queries * sizes.heads * sizes.valueWidth);
    attendArrays({ q, k, v, mask, slopes, sizes }, y);
    return tensors.make(backend, attentionShape(inputs), y);
  };
}
