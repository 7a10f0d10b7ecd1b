import { ones, tidy } from '@tensorflow/tfjs-core';
import type { KernelQuantizer } from './kernel_quantizer';

/** Whether a rule gives each output a scale of its own. It is tried on a small kernel, as large ones take time. */
export function hasScalePerOutput(quantizer: KernelQuantizer, eps: number): boolean {
  return tidy(() => {
    const kernel = ones([2, 2]);
    const alpha = quantizer.initialAlpha?.(kernel, eps);
    return quantizer.quantize(kernel, alpha == null ? { eps } : { eps, alpha }).scale.size > 1;
  });
}
