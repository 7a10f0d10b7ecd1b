import { abs, clipByValue, div, maximum, mul, round } from '@tensorflow/tfjs-core';
import { positiveNumber } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import type { KernelQuantizer } from './kernel_quantizer';
import { PER_OUTPUT } from './per_output';
import { meanOf, sumOf } from './reduce_kernel';

/** The smallest normal float32: a threshold of 0 comes with a kernel of zeros, which stay 0. */
const SMALLEST = 2 ** -126;

export interface TwnOptions {
  /** Threshold as a multiple of mean|W|. Default: 0.75. (The first version of the paper has 0.7.) */
  readonly factor?: number;
  /** One threshold and one scale for each output instead of one for the kernel. Default: false. */
  readonly perOutput?: boolean;
}

export const TWN_OPTIONS = {
  factor: { ...positiveNumber, default: 0.75 },
  perOutput: PER_OUTPUT,
} satisfies OptionTable<TwnOptions>;

/**
 * Ternary Weight Networks (arXiv 1605.04711): a threshold, and the scale that fits best above it.
 *
 *     D  = factor * mean|W|
 *     t  = sign(W) where |W| > D, else 0
 *     s  = max(mean of |W| where |W| > D, eps)
 *     W^ = s * t
 *     dW = g
 *
 * @throws if an option is unknown, `factor` is not a positive number, or `perOutput` is not a boolean.
 */
export function twn(options: TwnOptions = {}): KernelQuantizer {
  const { factor, perOutput } = readOptions('twn', options, TWN_OPTIONS);
  return {
    name: 'twn',
    options: { factor, perOutput },
    quantize(kernel, { eps }) {
      const threshold = mul(meanOf(abs(kernel), perOutput), factor);
      // |W| > D holds exactly where W / 2D, correctly rounded, lies beyond 1/2; 1/2 itself rounds to 0.
      const halves = div(kernel, maximum(mul(threshold, 2), SMALLEST));
      const ternary = clipByValue(round(halves), -1, 1);
      const count = maximum(sumOf(abs(ternary), perOutput), 1);
      const scale = maximum(div(sumOf(mul(kernel, ternary), perOutput), count), eps);
      return { ternary, scale };
    },
  };
}
