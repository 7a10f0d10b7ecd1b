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
} from '@tensorflow/tfjs-core';
import type { KernelQuantizer } from './kernel_quantizer';
import { meanOf, sumOf } from './reduce_kernel';

export interface LsqOptions {
  /** One learned scale per output instead of one for the kernel. Default: false. */
  readonly perChannel?: boolean;
}

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
export function lsq({ perChannel = false }: LsqOptions = {}): KernelQuantizer {
  return {
    name: 'lsq',
    options: { perChannel },
    initialAlpha: (kernel, eps) => maximum(meanOf(abs(kernel), perChannel), eps),
    quantize(kernel, { alpha, eps }) {
      const scale = maximum(alpha!, eps);
      return { ternary: clipByValue(round(div(kernel, scale)), -1, 1), scale };
    },
    gradient(g, kernel, { ternary, scale }) {
      const z = div(kernel, scale);
      const inside = lessEqual(abs(z), 1);
      const h = where(inside, sub(ternary, z), clipByValue(z, -1, 1));
      const k = 1 / Math.sqrt(kernel.size);
      return {
        kernel: where(inside, g, zerosLike(g)),
        alpha: mul(sumOf(mul(g, h), perChannel), k),
      };
    },
  };
}
