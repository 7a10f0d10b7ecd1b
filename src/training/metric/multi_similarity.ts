import {
  add,
  addN,
  customGrad,
  div,
  exp,
  fill,
  log,
  max,
  maximum,
  mean,
  mul,
  neg,
  sub,
  sum,
  where,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { minePairs, type Pairs } from './pairs';

export interface MultiSimilaritySettings {
  readonly alpha: number;
  readonly beta: number;
  readonly base: number;
  readonly epsilon: number;
}

/** A loss of the batch with its weight in the sum. */
export interface WeightedSimilarity {
  /** Cosines of all pairs, [batch, batch]. */
  readonly similarity: Tensor;
  readonly weight: number;
}

/** Below every exponent that counts, so that its power is 0. */
const NONE = -1e9;

/**
 * The weighted sum of multi-similarity losses, all over the pairs that are mined from `mined`, the cosines of the float
 * descriptors. It is one operation with its own gradient, as a comparison has none in tfjs. A NaN in `mined` gives NaN.
 */
export function multiSimilarityLoss(
  terms: readonly WeightedSimilarity[],
  mined: Tensor,
  labels: Tensor,
  settings: MultiSimilaritySettings,
): Scalar {
  const loss = customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const similarities = args as Tensor[];
    // The inputs: in its tests, tfjs takes a saved tensor that is made here for a leak.
    save([mined, labels, ...similarities]);
    const pairs = minePairs(mined, labels, settings.epsilon);
    const losses = similarities.map((own, i) =>
      mul(lossOf(own, pairs, settings), terms[i]!.weight),
    );
    return {
      // Comparisons take NaN for a pair that does not count.
      value: addN([mul(sum(mined), 0), ...losses]),
      gradFunc: (dy, [mined, labels, ...similarities]) => {
        const pairs = minePairs(mined!, labels!, settings.epsilon);
        return similarities.map((own, i) =>
          mul(slopeOf(own, pairs, settings), mul(dy, terms[i]!.weight)),
        );
      },
    };
  });
  return loss(...terms.map(({ similarity }) => similarity)) as Scalar;
}

function lossOf(similarity: Tensor, pairs: Pairs, settings: MultiSimilaritySettings): Tensor {
  const { alpha, beta } = settings;
  const { near, far } = sumsOf(similarity, pairs, settings);
  const [nearLoss, farLoss] = [near, far].map(({ total, top }) => add(log(total), top));
  return mean(add(div(nearLoss!, alpha), div(farLoss!, beta)));
}

/** The derivative of the loss by each similarity. */
function slopeOf(similarity: Tensor, pairs: Pairs, settings: MultiSimilaritySettings): Tensor {
  const { near, far } = sumsOf(similarity, pairs, settings);
  const [nearShares, farShares] = [near, far].map(({ powers, total }) => div(powers, total));
  return div(sub(farShares!, nearShares!), similarity.shape[0]!);
}

function sumsOf(
  similarity: Tensor,
  { positive, negative }: Pairs,
  { alpha, beta, base }: MultiSimilaritySettings,
) {
  const above = sub(similarity, base);
  return {
    near: powersOf(mul(neg(above), alpha), positive),
    far: powersOf(mul(above, beta), negative),
  };
}

/**
 * 1 + the sum of e^x over the pairs of a row, all divided by e^top so that nothing overflows.
 * @returns powers [batch, batch], total [batch, 1] and top [batch, 1].
 */
function powersOf(x: Tensor, pairs: Tensor) {
  const exponents = where(pairs, x, fill(x.shape, NONE));
  const top = maximum(max(exponents, 1, true), 0);
  const powers = exp(sub(exponents, top));
  return { powers, total: add(sum(powers, 1, true), exp(neg(top))), top };
}
