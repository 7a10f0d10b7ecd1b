import { anyBoolean, positiveInteger, share } from '../../options/check';
import type { OptionTable } from '../../options/option_table';
import { QUANTIZATION_OPTIONS, type QuantizationOptions } from '../../quantizers/options';
import type { SavedLayer } from '../saved_layers';
import { LAYER_OPTIONS, type LayerOptions } from '../tfjs_options';

export interface MultiHeadAttentionOptions extends LayerOptions, QuantizationOptions {
  /** Number of heads. */
  numHeads: number;
  /** Width of the queries and keys of each head. */
  keyDim: number;
  /** Width of the values of each head. Default: `keyDim`. */
  valueDim?: number;
  /** Width of the output. Default: that of the query input. */
  outputDim?: number;
  /** Whether the four projections have a bias. Default: true. */
  useBias?: boolean;
  /** Whether a query sees no key behind it. The last query stands at the last key. Default: false. */
  causal?: boolean;
  /**
   * Whether positions enter by ALiBi (arXiv 2108.12409): in each head, a score falls by a slope of its own for each
   * position from the query back to the key. It needs `causal`. Default: false.
   */
  alibi?: boolean;
  /**
   * Whether an `rmsNormalization` stands before the projection to the output, as in BitNet b1.58 2B4T
   * (arXiv 2504.12285). Default: false.
   */
  subNormalization?: boolean;
  /**
   * Whether the projections are `bitLinear` layers, to which the options of quantization go, or `tf.layers.dense`.
   * Default: true.
   */
  ternary?: boolean;
  /** Share of the quantization in force (see `bitLinear`). Default: 1. */
  blend?: number;
}

/** What a saved config has beside the options. */
export interface MultiHeadAttentionConfig extends MultiHeadAttentionOptions {
  /** The inner layers, in the place of the options that make them. */
  layers?: SavedLayer[];
}

export const MULTI_HEAD_ATTENTION_OPTIONS = {
  numHeads: { ...positiveInteger, required: true },
  keyDim: { ...positiveInteger, required: true },
  valueDim: positiveInteger,
  outputDim: positiveInteger,
  useBias: { ...anyBoolean, default: true },
  causal: { ...anyBoolean, default: false },
  alibi: { ...anyBoolean, default: false },
  subNormalization: { ...anyBoolean, default: false },
  ternary: { ...anyBoolean, default: true },
  ...QUANTIZATION_OPTIONS,
  blend: { ...share, default: 1 },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<MultiHeadAttentionOptions>;

export const MULTI_HEAD_ATTENTION_CONFIG = {
  ...MULTI_HEAD_ATTENTION_OPTIONS,
  layers: {
    expected: 'a list of four or five layers in the form of a config',
    holds: (value) => Array.isArray(value) && [4, 5].includes(value.length),
  },
} as const satisfies OptionTable<MultiHeadAttentionConfig>;
