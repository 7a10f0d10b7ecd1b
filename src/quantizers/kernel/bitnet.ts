import { abs, add, clipByValue, div, maximum, round } from '@tensorflow/tfjs-core';
import { anyBoolean } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import type { KernelQuantizer } from './kernel_quantizer';
import { PER_OUTPUT } from './per_output';
import { meanOf } from './reduce_kernel';

export interface BitnetOptions {
  /** One scale for each output instead of one for the kernel. Default: false. */
  readonly perOutput?: boolean;
  /** Whether `eps` is added to a scale, as TAT-VPR does, instead of being its lower bound. Default: false. */
  readonly addEps?: boolean;
}

export const BITNET_OPTIONS = {
  perOutput: PER_OUTPUT,
  addEps: { ...anyBoolean, default: false },
} satisfies OptionTable<BitnetOptions>;

/**
 * BitNet b1.58 (arXiv 2402.17764): absolute-mean scaling, recomputed in every forward pass.
 *
 *     s  = max(mean|W|, eps), or mean|W| + eps with `addEps` (TAT-VPR, arXiv 2505.16447)
 *     W^ = s * clip(round(W / s), -1, 1)
 *     dW = g
 */
export function bitnet(options: BitnetOptions = {}): KernelQuantizer {
  const { perOutput, addEps } = readOptions('bitnet', options, BITNET_OPTIONS);
  return {
    name: 'bitnet',
    options: { perOutput, addEps },
    quantize(kernel, { eps }) {
      const mean = meanOf(abs(kernel), perOutput);
      const scale = addEps ? add(mean, eps) : maximum(mean, eps);
      return { ternary: clipByValue(round(div(kernel, scale)), -1, 1), scale };
    },
  };
}
