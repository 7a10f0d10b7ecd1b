import {
  abs,
  clipByValue,
  div,
  lessEqual,
  maximum,
  mul,
  round,
  sub,
  where,
  zerosLike,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { readOptions } from '../../options/option_table';
import type { KernelQuantizer } from './kernel_quantizer';
import { maxOf, sumOf } from './reduce_kernel';

const CLIP = 0.99;
const LEVELS = 1.5;

/**
 * ParetoQ's stretched elastic quantization (SEQ) at three levels (arXiv 2502.02631, its official code).
 * The weight `alpha`, one per output, is the clip range; the levels are 0 and +-2/3 of it.
 *
 *     a  = max(alpha, eps),  z = W / a
 *     t  = round(1.5 * clip(z, -0.99, 0.99)),  u = t / 1.5
 *     W^ = a * u,  so the scale of t is 2a / 3
 *     dW = g where |z| <= 0.99, else 0
 *     dalpha = k * sum g * h,  k = 1 / sqrt(number of weights)
 *     h  = u - z  where |z| <= 0.99, else sign(z)
 *
 * alpha starts at max|W| of its output.
 */
export function paretoq(options: object = {}): KernelQuantizer {
  readOptions('paretoq', options, {});
  return {
    name: 'paretoq',
    options: {},
    clip: CLIP * LEVELS,
    initialAlpha: (kernel, eps) => maximum(maxOf(abs(kernel)), eps),
    quantize(kernel, { alpha, eps }) {
      const range = maximum(alpha!, eps);
      return {
        ternary: round(mul(clipByValue(div(kernel, range), -CLIP, CLIP), LEVELS)),
        scale: maximum(div(range, LEVELS), eps),
      };
    },
    gradient(g, kernel, { ternary }, { alpha, eps }) {
      const range = maximum(alpha!, eps);
      const inside = lessEqual(abs(kernel), mul(range, CLIP));
      const insideGradient = where(inside, g, zerosLike(g));
      // h = (t - t / 3) - z inside and t outside, so the sum needs no quotient for each weight.
      const perOutput = (gradient: Tensor, factor: Tensor) => sumOf(mul(gradient, factor), true);
      const timesTernary = perOutput(g, ternary);
      const timesGap = mul(perOutput(insideGradient, ternary), 1 - 1 / LEVELS);
      const timesZ = div(perOutput(insideGradient, kernel), range);
      const timesH = sub(sub(timesTernary, timesGap), timesZ);
      return { kernel: insideGradient, alpha: mul(timesH, 1 / Math.sqrt(kernel.size)) };
    },
  };
}
