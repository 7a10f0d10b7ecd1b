import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { channelFactors, normalizeChannels } from '../engine/normalization/channels';
import type { BatchNormAttrs } from '../ops/batch_norm';
import type { ArrayTensors } from './array_product';
import type { BatchNormInputs } from './batch_norm_inputs';

/**
 * The tfjs kernel of a backend whose tensors are JavaScript arrays. It is portable: copies to the microkernels and back
 * would take longer than the arithmetic.
 */
export function arrayBatchNorm<Backend>(
  tensors: Pick<ArrayTensors<Backend>, 'values' | 'make'>,
): KernelFunc {
  return (args) => {
    const backend = args.backend as Backend;
    const { x, mean, variance, scale, offset } = args.inputs as unknown as BatchNormInputs;
    const { varianceEpsilon } = args.attrs as unknown as BatchNormAttrs;
    const floats = (tensor: TensorInfo) => tensors.values(backend, tensor) as Float32Array;
    const factor = channelFactors(floats(scale), floats(variance), varianceEpsilon);
    const values = floats(x);
    const y = new Float32Array(values.length);
    normalizeChannels({ x: values, mean: floats(mean), factor, beta: floats(offset) }, y);
    return tensors.make(backend, x.shape, y);
  };
}
