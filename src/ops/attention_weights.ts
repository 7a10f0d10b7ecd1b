import {
  add,
  cast,
  div,
  exp,
  fill,
  lessEqual,
  logicalAnd,
  matMul,
  max,
  maximum,
  mul,
  notEqual,
  range,
  reshape,
  sub,
  sum,
  transpose,
  where,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** The operands of attention, all float32. */
export interface AttentionTensors {
  /** [batch, queries, heads, keyWidth]. */
  readonly q: Tensor;
  /** [batch, keys, heads, keyWidth]. */
  readonly k: Tensor;
  /** [batch, keys, heads, valueWidth]. */
  readonly v: Tensor;
  /** [batch, keys], 0 for hidden keys; empty where no key is hidden. */
  readonly mask: Tensor;
  /** [heads], what a key costs for each position before a query (ALiBi); empty where distances cost nothing. */
  readonly slopes: Tensor;
}

export interface AttentionAttrs {
  /** Multiplies the products of queries and keys. */
  readonly scale: number;
  /** Whether a query sees no key behind it; the last query stands at the last key. */
  readonly causal: boolean;
}

/** Below every score that is a float32. */
const LOWEST = -3.4028234663852886e38;

/** The weight of each key for each query, [batch, heads, queries, keys], by ops of tfjs; 0 for hidden keys. */
export function attentionWeights(tensors: AttentionTensors, attrs: AttentionAttrs): Tensor {
  const { q, k, slopes } = tensors;
  const products = mul(matMul(toHeads(q), toHeads(k), false, true), attrs.scale);
  const scores = slopes.size === 0 ? products : add(products, distanceCosts(tensors));
  return normalized(scores, visibleKeys(tensors, attrs));
}

/** [batch, positions, heads, width] to [batch, heads, positions, width], and back. */
export function toHeads(x: Tensor): Tensor {
  return transpose(x, [0, 2, 1, 3]);
}

function normalized(scores: Tensor, visible: Tensor | undefined): Tensor {
  const shown = visible == null ? scores : where(visible, scores, fill(scores.shape, LOWEST));
  const weights = exp(sub(shown, max(shown, -1, true)));
  const seen = visible == null ? weights : mul(weights, cast(visible, 'float32'));
  const total = sum(seen, -1, true);
  // The largest weight is 1 before, so that the sum is lower only without a visible key.
  return div(seen, maximum(total, 0.5));
}

/** Spread over [batch, heads, queries, keys]; undefined where every query sees every key. */
function visibleKeys({ q, k, mask }: AttentionTensors, { causal }: AttentionAttrs) {
  const [batch, queries, heads] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const shape = [batch, heads, queries, keys];
  const everywhere = (visible: Tensor) => logicalAnd(visible, fill(shape, 1, 'bool'));
  const shown =
    mask.size === 0 ? undefined : everywhere(notEqual(reshape(mask, [batch, 1, 1, keys]), 0));
  if (!causal) return shown;
  const [to, from] = positions(queries, keys);
  const before = everywhere(lessEqual(from, to));
  return shown == null ? before : logicalAnd(shown, before);
}

/** What is added to the scores, [heads, queries, keys]. */
function distanceCosts({ q, k, slopes }: AttentionTensors): Tensor {
  const [to, from] = positions(q.shape[1]!, k.shape[1]!);
  return mul(reshape(slopes, [-1, 1, 1]), sub(from, to));
}

/** The positions of the queries, [queries, 1], and of the keys, [keys]; the last of both is the same. */
function positions(queries: number, keys: number): [Tensor, Tensor] {
  return [reshape(range(keys - queries, keys), [queries, 1]), range(0, keys)];
}
