import { abs, clipByValue, div, maximum, mul, round } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import type { KernelQuantizer } from './kernel_quantizer';
import { checkPerChannel } from './options';
import { meanOf, sumOf } from './reduce_kernel';

/** The smallest normal float32: a threshold of 0 comes with a kernel of zeros, which stay 0. */
const SMALLEST = 2 ** -126;

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
 * @throws if `factor` is not a positive finite number, or `perChannel` no boolean.
 */
export function twn({ factor = 0.75, perChannel = false }: TwnOptions = {}): KernelQuantizer {
  checkPerChannel('twn', perChannel);
  if (!(typeof factor === 'number' && factor > 0 && factor < Infinity)) {
    throw argumentError('twn', 'factor', 'a positive finite number', factor);
  }
  return {
    name: 'twn',
    options: { factor, perChannel },
    quantize(kernel, { eps }) {
      const threshold = mul(meanOf(abs(kernel), perChannel), factor);
      // |W| > D exactly where W / 2D, correctly rounded, lies beyond 1/2; 1/2 itself rounds to 0.
      const halves = div(kernel, maximum(mul(threshold, 2), SMALLEST));
      const ternary = clipByValue(round(halves), -1, 1);
      const count = maximum(sumOf(abs(ternary), perChannel), 1);
      const scale = maximum(div(sumOf(mul(kernel, ternary), perChannel), count), eps);
      return { ternary, scale };
    },
  };
}
