import { abs, clipByValue, div, maximum, round } from '@tensorflow/tfjs-core';
import type { KernelQuantizer } from './kernel_quantizer';
import { checkPerChannel } from './options';
import { meanOf } from './reduce_kernel';

export interface BitnetOptions {
  /** One scale per output instead of one for the kernel. Default: false. */
  readonly perChannel?: boolean;
}

/**
 * BitNet b1.58 (arXiv 2402.17764): absolute-mean scaling, recomputed in every forward pass.
 *
 *     s  = max(mean|W|, eps)
 *     W^ = s * clip(round(W / s), -1, 1)
 *     dW = g
 */
export function bitnet({ perChannel = false }: BitnetOptions = {}): KernelQuantizer {
  checkPerChannel('bitnet', perChannel);
  return {
    name: 'bitnet',
    options: { perChannel },
    quantize(kernel, { eps }) {
      const scale = maximum(meanOf(abs(kernel), perChannel), eps);
      return { ternary: clipByValue(round(div(kernel, scale)), -1, 1), scale };
    },
  };
}
