import { tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';
import { anyBoolean, positiveNumber } from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
import { TENSOR } from '../options/tensor_check';
import { asFloat32 } from './as_float32';
import { attention } from './attention';

export interface ScaledDotProductAttentionOptions {
  /** Queries, float32 [batch, queries, heads, keyWidth]. */
  readonly q: Tensor;
  /** Keys, float32 [batch, keys, heads, keyWidth]. */
  readonly k: Tensor;
  /** Values, float32 [batch, keys, heads, valueWidth]. */
  readonly v: Tensor;
  /** Boolean or numeric [batch, keys]: false or 0 hides a key from all queries. Default: none is hidden. */
  readonly mask?: Tensor | undefined;
  /**
   * Whether a query sees no key behind it. The last query stands at the last key, so that there must be as many keys
   * as queries, or more. Default: false.
   */
  readonly causal?: boolean | undefined;
  /** Multiplies the products of queries and keys. Default: 1 / sqrt(keyWidth). */
  readonly scale?: number | undefined;
}

export const SCALED_DOT_PRODUCT_ATTENTION_OPTIONS = {
  q: { ...TENSOR, required: true },
  k: { ...TENSOR, required: true },
  v: { ...TENSOR, required: true },
  mask: TENSOR,
  causal: { ...anyBoolean, default: false },
  scale: positiveNumber,
} as const satisfies OptionTable<ScaledDotProductAttentionOptions>;

type Operands = Resolved<
  ScaledDotProductAttentionOptions,
  typeof SCALED_DOT_PRODUCT_ATTENTION_OPTIONS
>;

/**
 * softmax(q . k^T * scale) . v in each head (arXiv 1706.03762), as one operation that never holds the scores of all
 * pairs of positions. The axes are those of `MultiHeadAttention` of Keras: the heads come after the positions.
 *
 * It computes in float32, and in float64 where scores are large or sums are huge or tiny. The error is at most about
 * 1e-6 of the largest output, more where large products of q and k cancel each other. The order of the arithmetic is
 * always the same: equal inputs give equal outputs on cpu, wasm and tensorflow. On other backends it is composed of
 * operations of TensorFlow.js. A query that sees no key gives zeros. A query with NaN gives NaN, and changes no other.
 * Hidden keys count as if they did not exist, whatever they hold; where it is composed, their values must be finite.
 * q, k and v have gradients, which are composed and hold all scores; there are no second ones. No gradient flows
 * through the mask.
 *
 * ```js
 * const q = tf.randomNormal([1, 5, 2, 8]); // one example, five positions, two heads
 * const y = scaledDotProductAttention({q, k: q, v: q, causal: true});
 * y.shape; // [1, 5, 2, 8]
 * ```
 *
 * @returns float32 [batch, queries, heads, valueWidth].
 * @throws if an option is unknown, wrong or missing, shapes do not match, or there are more queries than keys
 * although `causal` is true.
 */
export function scaledDotProductAttention(options: ScaledDotProductAttentionOptions): Tensor {
  const operands = readOptions(WHERE, options, SCALED_DOT_PRODUCT_ATTENTION_OPTIONS);
  checkShapes(operands);
  const { q, k, v, mask, causal, scale = 1 / Math.sqrt(q.shape[3]!) } = operands;
  return tidy(() => {
    const none = tensor1d([]);
    const tensors = { q: asFloat32(q), k: asFloat32(k), v: asFloat32(v), mask: none, slopes: none };
    return attention({ ...tensors, ...(mask && { mask: asFloat32(mask) }) }, { scale, causal });
  });
}

const WHERE = 'scaledDotProductAttention';

function checkShapes({ q, k, v, mask, causal }: Operands): void {
  const check = (holds: boolean, option: string, expected: string, actual: unknown) => {
    if (!holds) throw argumentError(WHERE, option, expected, actual);
  };
  const axes = '[batch, queries, heads, keyWidth]';
  check(q.rank === 4 && q.shape[3]! > 0, 'q', `of shape ${axes}, keyWidth above 0`, q.shape);
  const [batch, queries, heads, keyWidth] = q.shape as [number, number, number, number];
  const keys = k.shape[1]!;
  const like = (tensor: Tensor, ...shape: Array<number | undefined>) =>
    tensor.rank === shape.length &&
    shape.every((size, axis) => size == null || size === tensor.shape[axis]);
  const keyShape = `[${batch}, keys, ${heads}, ${keyWidth}]`;
  check(like(k, batch, undefined, heads, keyWidth), 'k', `of shape ${keyShape}`, k.shape);
  const valueShape = `[${batch}, ${keys}, ${heads}, valueWidth]`;
  check(like(v, batch, keys, heads, undefined), 'v', `of shape ${valueShape}`, v.shape);
  const masks = `of shape [${batch}, ${keys}]`;
  check(mask == null || like(mask, batch, keys), 'mask', masks, mask?.shape);
  const least = `of at least ${queries} keys, one for each query, as causal is true`;
  check(!causal || queries <= keys, 'k', least, keys);
}
