import type { Callback } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { oneOf } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { PROGRESS_CURVES, risingToOne } from '../progress_curve';
import { Schedule, SCHEDULE_OPTIONS, type Position, type ScheduleOptions } from '../schedule';
import type { MetricLoss } from './metric_loss';

export interface DescriptorScheduleOptions extends ScheduleOptions {
  /** The curve from float to binary descriptors; see `descriptorSchedule`. */
  type: 'logistic' | 'linear' | 'cosine';
}

export const DESCRIPTOR_SCHEDULE_OPTIONS = {
  type: { ...oneOf(['logistic', 'linear', 'cosine']), required: true },
  ...SCHEDULE_OPTIONS,
} as const satisfies OptionTable<DescriptorScheduleOptions>;

const LABEL = 'descriptorSchedule';

class DescriptorSchedule extends Schedule {
  constructor(
    private readonly loss: MetricLoss,
    private readonly settings: DescriptorScheduleOptions & { by: 'step' | 'epoch' },
  ) {
    super(LABEL, 'binaryShare', settings);
  }

  protected override update(position: Position): number {
    this.loss.binaryShare = risingToOne(position, PROGRESS_CURVES[this.settings.type]);
    return this.loss.binaryShare;
  }
}

/**
 * A callback that leads a model from float descriptors to binary ones: the `binaryShare` of its loss follows a curve of
 * the progress p, which is 0 in the first step and 1 in the last one.
 *
 *     logistic  1 / (1 + exp(-(16 p - 6)))   .0025 at 0, .5 at .375, .994 at .7
 *     linear    p
 *     cosine    (1 - cos(pi p)) / 2
 *
 * The last step, and all steps after it, run at exactly 1. At the end of an epoch the value is `binaryShare` in tfjs's
 * logs. Losses of different epochs do not compare, `val_loss` included. For binary descriptors from the first step on,
 * use `metricLoss({binaryShare: 1})` and no schedule.
 *
 * ```js
 * const places = tf.tensor1d([0, 0, 1, 1, 2, 2, 3, 3], 'int32');
 * const describe = tf.sequential({layers: [tf.layers.dense({units: 16, inputShape: [4]})]});
 * const loss = metricLoss();
 * describe.compile({optimizer: 'adam', loss});
 * const callbacks = [descriptorSchedule(loss, {type: 'logistic'})];
 * await describe.fit(tf.randomNormal([8, 4]), places, {epochs: 2, callbacks, verbose: 0});
 * loss.binaryShare; // 1
 * ```
 *
 * Source: TeTRA-VPR (arXiv 2503.02511).
 *
 * @param loss made by `metricLoss`, and given to `compile`.
 * @throws if `loss` is another one, or an option is wrong. Training throws if steps are counted in a dataset of unknown
 * size without `batchesPerEpoch`.
 */
export function descriptorSchedule(loss: MetricLoss, options: DescriptorScheduleOptions): Callback {
  if (typeof loss !== 'function' || !('binaryShare' in loss)) {
    throw argumentError(LABEL, 'loss', 'a loss made by metricLoss', loss);
  }
  return new DescriptorSchedule(loss, readOptions(LABEL, options, DESCRIPTOR_SCHEDULE_OPTIONS));
}
