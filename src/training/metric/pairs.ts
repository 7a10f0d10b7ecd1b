import {
  add,
  equal,
  eye,
  fill,
  greater,
  less,
  logicalAnd,
  logicalNot,
  max,
  min,
  reshape,
  sub,
  where,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** Pairs of a batch that count in a loss: bool [batch, batch], a row for each anchor. */
export interface Pairs {
  /** Other examples of the anchor's place. */
  readonly positive: Tensor;
  /** Examples of other places. */
  readonly negative: Tensor;
}

/** Farther than any similarity, which is at most 1. */
const FAR = 1e9;

/**
 * The miner of the multi-similarity loss (arXiv 1904.06627). A positive counts if an example of another place is as
 * near to the anchor as it, up to `epsilon`; a negative counts if it is as near as the farthest positive, up to
 * `epsilon`. Without examples of another place, or of the same, none count.
 */
export function minePairs(similarity: Tensor, labels: Tensor, epsilon: number): Pairs {
  const batch = similarity.shape[0]!;
  const same = equal(reshape(labels, [batch, 1]), reshape(labels, [1, batch]));
  const isOther = logicalNot(same);
  const isSame = logicalAnd(same, logicalNot(eye(batch, batch, undefined, 'bool')));
  const far = fill([batch, batch], FAR);
  const nearestOther = max(where(isOther, similarity, fill([batch, batch], -FAR)), 1, true);
  const farthestSame = min(where(isSame, similarity, far), 1, true);
  return {
    positive: logicalAnd(isSame, less(sub(similarity, epsilon), nearestOther)),
    negative: logicalAnd(isOther, greater(add(similarity, epsilon), farthestSame)),
  };
}
