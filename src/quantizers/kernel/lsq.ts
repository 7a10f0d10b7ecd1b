import {
  abs,
  clipByValue,
  div,
  lessEqual,
  maximum,
  mul,
  round,
  squeeze,
  sub,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { readOptions, type OptionTable } from '../../options/option_table';
import type { KernelQuantizer } from './kernel_quantizer';
import { PER_OUTPUT } from './per_output';
import { meanOf, sumOf } from './reduce_kernel';

export interface LsqOptions {
  /** One learned scale for each output instead of one for the kernel. Default: false. */
  readonly perOutput?: boolean;
}

export const LSQ_OPTIONS = { perOutput: PER_OUTPUT } satisfies OptionTable<LsqOptions>;

/**
 * Learned Step Size Quantization (arXiv 1902.08153) at three levels. The weight `alpha` is the step.
 *
 *     s  = max(alpha, eps),  z = W / s
 *     W^ = s * clip(round(z), -1, 1)
 *     dW = g where |z| <= 1, else 0
 *     dalpha = k * sum g * h,  k = 1 / sqrt(number of weights)
 *     h  = clip(round(z), -1, 1) - z  where |z| <= 1, else sign(z)
 *
 * alpha starts at max(mean|W|, eps).
 */
export function lsq(options: LsqOptions = {}): KernelQuantizer {
  const { perOutput } = readOptions('lsq', options, LSQ_OPTIONS);
  return {
    name: 'lsq',
    options: { perOutput },
    initialAlpha: (kernel, eps) => maximum(meanOf(abs(kernel), perOutput), eps),
    quantize(kernel, { alpha, eps }) {
      const scale = maximum(alpha!, eps);
      return { ternary: clipByValue(round(div(kernel, scale)), -1, 1), scale };
    },
    gradient(g, kernel, { ternary, scale }) {
      // |z| <= 1 holds exactly where this does: a correctly rounded quotient lies on the same side of 1.
      // The scale is squeezed because tfjs's wasm backend compares slowly with [1], and fast with [].
      const inside = lessEqual(abs(kernel), squeeze(scale));
      const insideGradient = where(inside, g, zerosLike(g));
      // h = t - z inside and t outside, so the sum needs no quotient for each weight.
      const timesZ = div(sumOf(mul(insideGradient, kernel), perOutput), scale);
      const timesH = sub(sumOf(mul(g, ternary), perOutput), timesZ);
      return { kernel: insideGradient, alpha: mul(timesH, 1 / Math.sqrt(kernel.size)) };
    },
  };
}
