import { ones, tidy } from '@tensorflow/tfjs-core';
import { anyBoolean } from '../../options/check';
import type { KernelQuantizer } from './kernel_quantizer';

/** The option of rules that can give each output a scale of its own. */
export const PER_OUTPUT = { ...anyBoolean, default: false } as const;

/** Whether a rule gives each output a scale of its own. It is tried on a small kernel, as large ones take time. */
export function hasScalePerOutput(quantizer: KernelQuantizer, eps: number): boolean {
  return tidy(() => {
    const kernel = ones([2, 2]);
    const alpha = quantizer.initialAlpha?.(kernel, eps);
    return quantizer.quantize(kernel, alpha == null ? { eps } : { eps, alpha }).scale.size > 1;
  });
}
