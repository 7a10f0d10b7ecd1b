import type { Callback } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { numberFrom, oneOf, positiveNumber } from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
import { learningRateOf, setLearningRate } from '../tfjs/learning_rate';
import { Schedule, SCHEDULE_OPTIONS, type Position, type ScheduleOptions } from './schedule';

export interface LearningRateScheduleOptions extends ScheduleOptions {
  /** The curve after the warm-up; see `learningRateSchedule`. */
  type: 'constant' | 'linear' | 'cosine' | 'step';
  /** The highest learning rate. It replaces the learning rate of the optimizer. */
  learningRate: number;
  /** Epochs, or a fraction of one, over which the learning rate rises to the highest. Default: 0. */
  warmup?: number;
  /** With `'step'`: the number of epochs after which the learning rate falls, again and again. */
  every?: number;
  /** With `'step'`: the factor by which the learning rate is multiplied when it falls. Default: 0.1. */
  factor?: number;
}

export const LEARNING_RATE_SCHEDULE_OPTIONS = {
  type: { ...oneOf(['constant', 'linear', 'cosine', 'step']), required: true },
  learningRate: { ...positiveNumber, required: true },
  warmup: { ...numberFrom(0), default: 0 },
  every: positiveNumber,
  factor: { ...positiveNumber, default: 0.1 },
  ...SCHEDULE_OPTIONS,
} as const satisfies OptionTable<LearningRateScheduleOptions>;

type Settings = Resolved<LearningRateScheduleOptions, typeof LEARNING_RATE_SCHEDULE_OPTIONS>;

const LABEL = 'learningRateSchedule';

class LearningRateSchedule extends Schedule {
  constructor(private readonly settings: Settings) {
    super(LABEL, 'learningRate', settings);
  }

  protected override update(position: Position): number {
    const { optimizer } = this.model;
    if (learningRateOf(optimizer) == null) {
      const expected = 'one with a learning rate';
      throw argumentError(LABEL, 'optimizer', expected, optimizer.getClassName());
    }
    const value = learningRateAt(this.settings, position);
    setLearningRate(optimizer, value);
    return value;
  }
}

/** The learning rate of a step or epoch. */
function learningRateAt(settings: Settings, position: Position): number {
  const { current, total, perEpoch } = position;
  const { learningRate, warmup: warmupEpochs } = settings;
  const epochs = total / perEpoch;
  if (warmupEpochs >= epochs) {
    const expected = `less than the epochs of the schedule, ${epochs}`;
    throw argumentError(LABEL, 'warmup', expected, warmupEpochs);
  }
  const warmup = Math.round(warmupEpochs * perEpoch);
  if (current < warmup) return (learningRate * (current + 1)) / warmup;
  const progress = Math.min(1, (current - warmup) / Math.max(1, total - warmup));
  return learningRate * shareAt(settings, progress, current / perEpoch);
}

function shareAt(settings: Settings, progress: number, epoch: number): number {
  switch (settings.type) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - progress;
    case 'cosine':
      return (1 + Math.cos(Math.PI * progress)) / 2;
    case 'step':
      // The quotient of a fraction of an epoch may be slightly below an integer because of its rounding.
      return settings.factor ** Math.floor(epoch / settings.every! + 1e-9);
  }
}

/** `every` and `factor` belong to the type 'step', which needs `every`. */
function checkStep({ type, every, factor }: LearningRateScheduleOptions): void {
  if (type === 'step' && every == null) {
    throw argumentError(LABEL, 'every', "given with type 'step'", every);
  }
  for (const [name, value] of Object.entries({ every, factor })) {
    if (type === 'step' || value == null) continue;
    throw argumentError(LABEL, name, "given with type 'step' only", value);
  }
}

/**
 * A callback that sets the optimizer's learning rate before each step or epoch. With k the step, N the
 * number of steps and w the number of warm-up steps, it multiplies the highest learning rate by
 *
 *     warm-up   (k + 1) / w                           while k < w
 *     constant  1
 *     linear    1 - p                                 p = (k - w) / (N - w)
 *     cosine    (1 + cos(pi p)) / 2
 *     step      factor ^ floor(epoch / every)         the epoch with its fraction
 *
 * so that linear and cosine would reach 0 in the step after the last one. After training, the optimizer
 * keeps the value that was set last. At the end of an epoch the value is `learningRate` in tfjs's logs. It
 * depends only on the position in training: training that is resumed with `initialEpoch` goes on where it
 * stopped.
 *
 * ```js
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const schedule = learningRateSchedule({type: 'cosine', learningRate: 1e-3, warmup: 0.5});
 * await model.fit(x, y, {epochs: 3, callbacks: [schedule], verbose: 0});
 * ```
 *
 * @throws if an option is wrong. Training throws if the optimizer has no learning rate, if the warm-up is
 * as long as the schedule, or if steps are counted in a dataset of unknown size without `batchesPerEpoch`.
 */
export function learningRateSchedule(options: LearningRateScheduleOptions): Callback {
  const settings = readOptions(LABEL, options, LEARNING_RATE_SCHEDULE_OPTIONS);
  checkStep(options);
  return new LearningRateSchedule(settings);
}
