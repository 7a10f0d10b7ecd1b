import { transpose, type Scalar, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { signStraightThrough } from '../../ops/sign_straight_through';
import { matMulForTraining } from '../../ops/mat_mul_for_training';
import { toUnitLength } from '../../ops/unit_length';
import { anyNumber, numberFrom, positiveNumber, share } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { ofAnyLabels } from '../../tfjs/label_shapes';
import { multiSimilarityLoss } from './multi_similarity';

export interface MetricLossOptions {
  /** The weight of similarities between examples of one place. Default: 1. */
  alpha?: number;
  /** The weight of similarities between examples of different places. Default: 50. */
  beta?: number;
  /** The similarity from which both are counted. Default: 0. */
  base?: number;
  /** How much farther than the hardest pair others may be and still count. Default: 0.1. */
  epsilon?: number;
  /** Share of the loss of the binary descriptors in [0, 1]; that of the float ones has the rest. Default: 0. */
  binaryShare?: number;
}

export const METRIC_LOSS_OPTIONS = {
  alpha: { ...positiveNumber, default: 1 },
  beta: { ...positiveNumber, default: 50 },
  base: { ...anyNumber, default: 0 },
  epsilon: { ...numberFrom(0), default: 0.1 },
  binaryShare: { ...share, default: 0 },
} as const satisfies OptionTable<MetricLossOptions>;

const LABEL = 'metricLoss';

/** A loss for `compile`: see `metricLoss`. */
export interface MetricLoss {
  (labels: Tensor, descriptors: Tensor): Scalar;
  /** The share of the binary descriptors in [0, 1], which may change between two steps. */
  binaryShare: number;
}

/**
 * A loss for a model whose output is a descriptor [batch, width], such that descriptors of one place get near to each
 * other and those of different places far: the multi-similarity loss, with the pairs that its miner chooses. The
 * labels [batch] or [batch, 1] are numbers of places; a batch should have several examples of several places
 * (`placeBatches`). With the cosines S between the descriptors of a batch, the loss is the mean over all examples of
 *
 *     log(1 + sum of e^(-alpha (S - base))) / alpha     over the mined examples of the same place
 *       + log(1 + sum of e^(beta (S - base))) / beta    over the mined examples of other places
 *
 * An example of the same place is mined if S - epsilon is below the largest S of another place, one of another place
 * if S + epsilon is above the smallest S of the same place.
 *
 * With `binaryShare` l above 0 the loss is (1 - l) times this plus l times the same of sign(descriptor), over the same
 * pairs. The gradient passes the sign where |descriptor| <= 1. `descriptorSchedule` raises l in training.
 *
 * Descriptors of any length do. One that has NaN gives the loss NaN.
 *
 * ```js
 * const places = tf.tensor1d([0, 0, 1, 1, 2, 2, 3, 3], 'int32');
 * const describe = tf.sequential({layers: [tf.layers.dense({units: 16, inputShape: [4]})]});
 * describe.compile({optimizer: 'adam', loss: metricLoss()});
 * await describe.fit(tf.randomNormal([8, 4]), places, {batchSize: 8, epochs: 2, verbose: 0});
 * ```
 *
 * Sources: Wang et al. (arXiv 1904.06627); for the binary descriptors, TeTRA-VPR (arXiv 2503.02511).
 *
 * @throws if an option is wrong. The loss throws if the descriptors are no matrix or the labels are of another number.
 */
export function metricLoss(options: MetricLossOptions = {}): MetricLoss {
  const settings = readOptions(LABEL, options, METRIC_LOSS_OPTIONS);
  let { binaryShare } = settings;
  const loss = ofAnyLabels((labels: Tensor, descriptors: Tensor): Scalar => {
    checkTensors(labels, descriptors);
    const mined = cosines(descriptors);
    const terms = [];
    if (binaryShare < 1) terms.push({ similarity: mined, weight: 1 - binaryShare });
    if (binaryShare > 0) {
      const binary = cosines(signStraightThrough(descriptors));
      terms.push({ similarity: binary, weight: binaryShare });
    }
    return multiSimilarityLoss(terms, mined, labels, settings);
  });
  return Object.defineProperty(loss, 'binaryShare', {
    get: () => binaryShare,
    set(value: number) {
      if (!share.holds(value)) throw argumentError(LABEL, 'binaryShare', share.expected, value);
      binaryShare = value;
    },
  }) as unknown as MetricLoss;
}

/** [batch, batch] for [batch, width]. */
function cosines(descriptors: Tensor): Tensor {
  const unit = toUnitLength(descriptors, -1) as Tensor2D;
  return matMulForTraining(unit, transpose(unit));
}

function checkTensors(labels: Tensor, descriptors: Tensor): void {
  if (descriptors.rank !== 2) {
    const expected = 'of shape [batch, width]';
    throw argumentError(LABEL, 'descriptors', expected, descriptors.shape);
  }
  const [batch] = descriptors.shape as [number, number];
  const shapes = [[batch], [batch, 1]];
  if (shapes.some((shape) => String(shape) === String(labels.shape))) return;
  throw argumentError(LABEL, 'labels', `of shape [${batch}] or [${batch}, 1]`, labels.shape);
}
