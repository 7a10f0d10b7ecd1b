import type { Callback } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { checkScheduleArgs, Schedule, type Position, type ScheduleArgs } from './schedule';
import { trainableSites } from './trainable_sites';

export interface QuantizationScheduleArgs extends ScheduleArgs {
  /** The curve from float to ternary; see `quantizationSchedule`. */
  type: 'logistic' | 'linear' | 'cosine' | 'constant';
  /** With `'constant'`: the blend until the schedule ends, 0 for a float start. Default: 1. */
  value?: number;
}

/**
 * The blend at progress p in [0, 1], before the end sets it to 1:
 *
 *     logistic  1 / (1 + exp(-(16 p - 6)))
 *     linear    p
 *     cosine    (1 - cos(pi p)) / 2
 *     constant  value
 */
export function blendAt({ type, value = 1 }: QuantizationScheduleArgs, progress: number): number {
  switch (type) {
    case 'logistic':
      return 1 / (1 + Math.exp(-(16 * progress - 6)));
    case 'linear':
      return progress;
    case 'cosine':
      return (1 - Math.cos(Math.PI * progress)) / 2;
    case 'constant':
      return value;
  }
}

class QuantizationSchedule extends Schedule {
  constructor(private readonly args: QuantizationScheduleArgs) {
    const types = ['logistic', 'linear', 'cosine', 'constant'] as const;
    checkScheduleArgs('quantizationSchedule', args, types, ['value']);
    const { value = 1, type } = args;
    if (!(value >= 0 && value <= 1) || (args.value != null && type !== 'constant')) {
      const expected = "a number from 0 to 1, of type 'constant' only";
      throw argumentError('quantizationSchedule', 'value', expected, value);
    }
    super('quantizationSchedule', 'blend', args);
  }

  protected override update({ current, total }: Position): number {
    const isEnd = current >= total - 1;
    const blend = isEnd ? 1 : blendAt(this.args, current / (total - 1));
    for (const { kernel } of trainableSites(this.model, 'quantizationSchedule'))
      kernel.blend = blend;
    return blend;
  }
}

/**
 * A callback for progressive quantization: training starts near a float net and ends with a ternary
 * one, every BitLinear layer's `blend` following a curve of the progress p, which is 0 in the first
 * step and 1 in the last.
 *
 *     logistic  1 / (1 + exp(-(16 p - 6)))   .0025 at 0, .5 at .375, .994 at .7
 *     linear    p
 *     cosine    (1 - cos(pi p)) / 2
 *     constant  `value`
 *
 * The last step, and all after it, run at exactly 1. Give `epochs` smaller than those of `fit` to train
 * on for longer at 1. At the end of an epoch the value is `blend` in tfjs's logs.
 *
 * ```js
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const schedule = quantizationSchedule({type: 'logistic', epochs: 2});
 * await model.fit(x, y, {epochs: 3, callbacks: [schedule], verbose: 0});
 * model.layers[0].blend; // 1
 * ```
 *
 * Source: TeTRA-VPR (arXiv 2503.02511).
 *
 * @throws if an argument is wrong. Training throws if the model has no BitLinear layer to train, or if
 * steps are to be counted in a dataset of unknown size without `batchesPerEpoch`.
 */
export function quantizationSchedule(args: QuantizationScheduleArgs): Callback {
  return new QuantizationSchedule(args);
}
