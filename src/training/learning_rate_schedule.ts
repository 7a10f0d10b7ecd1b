import type { Callback } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { learningRateOf, setLearningRate } from '../tfjs/learning_rate';
import { checkScheduleArgs, Schedule, type Position, type ScheduleArgs } from './schedule';

export interface LearningRateScheduleArgs extends ScheduleArgs {
  /** The curve after the warm-up; see `learningRateSchedule`. */
  type: 'constant' | 'linear' | 'cosine' | 'step';
  /** The highest learning rate, which that of the optimizer is replaced by. */
  learningRate: number;
  /** Epochs, or a part of one, over which the learning rate rises to the highest. Default: 0. */
  warmup?: number;
  /** With `'step'`: epochs after which the learning rate falls, again and again. */
  every?: number;
  /** With `'step'`: what the learning rate is multiplied by when it falls. Default: 0.1. */
  factor?: number;
}

const LABEL = 'learningRateSchedule';

class LearningRateSchedule extends Schedule {
  constructor(private readonly args: LearningRateScheduleArgs) {
    const own = ['learningRate', 'warmup', 'every', 'factor'] as const;
    checkScheduleArgs(LABEL, args, ['constant', 'linear', 'cosine', 'step'], own);
    checkArgs(args);
    super(LABEL, 'learningRate', args);
  }

  protected override update(position: Position): number {
    const { optimizer } = this.model;
    if (learningRateOf(optimizer) == null) {
      const expected = 'one with a learning rate';
      throw argumentError(LABEL, 'optimizer', expected, optimizer.getClassName());
    }
    const value = learningRateAt(this.args, position);
    setLearningRate(optimizer, value);
    return value;
  }
}

/** The learning rate of a step or epoch. */
function learningRateAt(args: LearningRateScheduleArgs, position: Position): number {
  const { current, total, perEpoch } = position;
  const { warmup: warmupEpochs = 0 } = args;
  const epochs = total / perEpoch;
  if (warmupEpochs >= epochs) {
    const expected = `less than the epochs of the schedule, ${epochs}`;
    throw argumentError(LABEL, 'warmup', expected, warmupEpochs);
  }
  const warmup = Math.round(warmupEpochs * perEpoch);
  if (current < warmup) return (args.learningRate * (current + 1)) / warmup;
  const progress = Math.min(1, (current - warmup) / Math.max(1, total - warmup));
  return args.learningRate * shareAt(args, progress, current / perEpoch);
}

function shareAt(args: LearningRateScheduleArgs, progress: number, epoch: number): number {
  switch (args.type) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - progress;
    case 'cosine':
      return (1 + Math.cos(Math.PI * progress)) / 2;
    case 'step':
      // The quotient of a fraction of an epoch may fall short of an integer by its rounding.
      return (args.factor ?? 0.1) ** Math.floor(epoch / args.every! + 1e-9);
  }
}

function checkArgs(args: LearningRateScheduleArgs): void {
  const { type, learningRate, warmup = 0, every, factor } = args;
  const check = (holds: boolean, argument: string, expected: string, actual: unknown) => {
    if (!holds) throw argumentError(LABEL, argument, expected, actual);
  };
  const isPositive = (value: unknown) => typeof value === 'number' && value > 0 && value < Infinity;
  check(isPositive(learningRate), 'learningRate', 'a positive number', learningRate);
  check(warmup === 0 || isPositive(warmup), 'warmup', 'a number of epochs, 0 or more', warmup);
  if (type === 'step') {
    check(isPositive(every), 'every', "a positive number of epochs with type 'step'", every);
    check(factor == null || isPositive(factor), 'factor', 'a positive number', factor);
  } else {
    check(every == null, 'every', "given with type 'step' only", every);
    check(factor == null, 'factor', "given with type 'step' only", factor);
  }
}

/**
 * A callback that sets the optimizer's learning rate before each step or epoch. With k the step, N
 * their number and w those of the warm-up, the highest learning rate is multiplied by
 *
 *     warm-up   (k + 1) / w                           while k < w
 *     constant  1
 *     linear    1 - p                                 p = (k - w) / (N - w)
 *     cosine    (1 + cos(pi p)) / 2
 *     step      factor ^ floor(epoch / every)         the epoch with its fraction
 *
 * so that linear and cosine would reach 0 in the step after the last. What was set last stays in the
 * optimizer after training, and at the end of an epoch is `learningRate` in tfjs's logs. It follows the
 * position in training alone: training resumed with `initialEpoch` goes on where it was.
 *
 * ```js
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const schedule = learningRateSchedule({type: 'cosine', learningRate: 1e-3, warmup: 0.5});
 * await model.fit(x, y, {epochs: 3, callbacks: [schedule], verbose: 0});
 * ```
 *
 * @throws if an argument is wrong. Training throws if the optimizer has no learning rate, the warm-up is
 * as long as the schedule, or steps are to be counted in a dataset of unknown size without
 * `batchesPerEpoch`.
 */
export function learningRateSchedule(args: LearningRateScheduleArgs): Callback {
  return new LearningRateSchedule(args);
}
