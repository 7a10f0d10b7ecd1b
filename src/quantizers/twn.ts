import { abs, cast, div, greater, maximum, mul, neg, where } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';
import type { KernelQuantizer } from './kernel_quantizer';
import { meanOf, sumOf } from './reduce_kernel';

export interface TwnOptions {
  /** Threshold as a multiple of mean|W|. Default: 0.75 (the first version of the paper: 0.7). */
  readonly factor?: number;
  /** One threshold and one scale per output instead of one for the kernel. Default: false. */
  readonly perChannel?: boolean;
}

/**
 * Ternary Weight Networks (arXiv 1605.04711): a threshold, and the scale that fits best above it.
 *
 *     D  = factor * mean|W|
 *     t  = sign(W) where |W| > D, else 0
 *     s  = max(mean of |W| where |W| > D, eps)
 *     W^ = s * t
 *     dW = g
 *
 * @throws if `factor` is not a positive finite number.
 */
export function twn({ factor = 0.75, perChannel = false }: TwnOptions = {}): KernelQuantizer {
  if (!(factor > 0 && factor < Infinity)) {
    throw argumentError('twn', 'factor', 'a positive finite number', factor);
  }
  return {
    name: 'twn',
    options: { factor, perChannel },
    quantize(kernel, { eps }) {
      const magnitude = abs(kernel);
      const threshold = mul(meanOf(magnitude, perChannel), factor);
      const above = cast(greater(magnitude, threshold), 'float32');
      const count = maximum(sumOf(above, perChannel), 1);
      const scale = maximum(div(sumOf(mul(magnitude, above), perChannel), count), eps);
      // Not tf.sign, which is 0 for magnitudes up to 1e-7 on tfjs's wasm backend.
      return { ternary: where(greater(kernel, 0), above, neg(above)), scale };
    },
  };
}
