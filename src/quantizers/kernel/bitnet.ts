import { abs, clipByValue, div, maximum, round } from '@tensorflow/tfjs-core';
import { readOptions, type OptionTable } from '../../options/option_table';
import type { KernelQuantizer } from './kernel_quantizer';
import { PER_OUTPUT } from './per_output';
import { meanOf } from './reduce_kernel';

export interface BitnetOptions {
  /** One scale for each output instead of one for the kernel. Default: false. */
  readonly perOutput?: boolean;
}

export const BITNET_OPTIONS = { perOutput: PER_OUTPUT } satisfies OptionTable<BitnetOptions>;

/**
 * BitNet b1.58 (arXiv 2402.17764): absolute-mean scaling, recomputed in every forward pass.
 *
 *     s  = max(mean|W|, eps)
 *     W^ = s * clip(round(W / s), -1, 1)
 *     dW = g
 */
export function bitnet(options: BitnetOptions = {}): KernelQuantizer {
  const { perOutput } = readOptions('bitnet', options, BITNET_OPTIONS);
  return {
    name: 'bitnet',
    options: { perOutput },
    quantize(kernel, { eps }) {
      const scale = maximum(meanOf(abs(kernel), perOutput), eps);
      return { ternary: clipByValue(round(div(kernel, scale)), -1, 1), scale };
    },
  };
}
