import type { InputQuantizerName } from '../../quantizers/input/registry';
import type { KernelQuantizerConfig } from '../../quantizers/kernel/config';

/** The original whose net is built. */
export type TransformerStyle = 'tetra' | 'tat';

/** What the originals do differently. */
interface StyleRules {
  readonly kernelQuantizer: KernelQuantizerConfig;
  readonly inputQuantizer: InputQuantizerName;
  /** Whether the output of the heads is normalized before it is projected. */
  readonly normalizesAttention: boolean;
  /** Whether the attention of the last block is ternary; its two other layers never are. */
  readonly lastAttentionIsTernary: boolean;
  /** Whether the tokens that the last block gives are normalized. */
  readonly normalizesOutput: boolean;
}

/**
 * TeTRA-VPR (arXiv 2503.02511) as in OliverGrainge/TeTRA-VPR, and TAT-VPR (arXiv 2505.16447) as in
 * OliverGrainge/Sparse-TeTRA. The code of TeTRA-VPR has a last normalization too, but never applies it.
 */
export const STYLES: Readonly<Record<TransformerStyle, StyleRules>> = {
  tetra: {
    kernelQuantizer: { name: 'bitnet' },
    inputQuantizer: 'int8',
    normalizesAttention: true,
    lastAttentionIsTernary: false,
    normalizesOutput: false,
  },
  tat: {
    kernelQuantizer: { name: 'bitnet', addEps: true },
    inputQuantizer: 'none',
    normalizesAttention: false,
    lastAttentionIsTernary: true,
    normalizesOutput: true,
  },
};
