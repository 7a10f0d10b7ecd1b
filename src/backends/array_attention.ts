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
    const shape = attentionShape(inputs);
    const [batch] = shape as [number];
    const y = new Float32Array(batch * sizes.queries * sizes.heads * sizes.valueWidth);
    for (let example = 0; example < batch; example++) {
      const part = (values: Float32Array) => partOf(values, example, batch);
      const each = { q: part(q), k: part(k), v: part(v), mask: mask && part(mask), slopes, sizes };
      attendArrays(each, part(y));
    }
    return tensors.make(backend, shape, y);
  };
}

/** The values of one example. */
function partOf(values: Float32Array, example: number, batch: number): Float32Array {
  const size = values.length / batch;
  return values.subarray(example * size, (example + 1) * size);
}
