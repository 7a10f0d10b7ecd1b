import type { Callback } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { oneOf, share } from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
import { PROGRESS_CURVES, risingToOne } from './progress_curve';
import { Schedule, SCHEDULE_OPTIONS, type Position, type ScheduleOptions } from './schedule';
import { trainableSites } from './trainable_sites';

export interface QuantizationScheduleOptions extends ScheduleOptions {
  /** The curve from float to ternary; see `quantizationSchedule`. */
  type: 'logistic' | 'linear' | 'cosine' | 'constant';
  /** With `'constant'`: the blend until the schedule ends, 0 for a float start. Default: 1. */
  value?: number;
}

export const QUANTIZATION_SCHEDULE_OPTIONS = {
  type: { ...oneOf(['logistic', 'linear', 'cosine', 'constant']), required: true },
  value: { ...share, default: 1 },
  ...SCHEDULE_OPTIONS,
} as const satisfies OptionTable<QuantizationScheduleOptions>;

type Settings = Resolved<QuantizationScheduleOptions, typeof QUANTIZATION_SCHEDULE_OPTIONS>;

const LABEL = 'quantizationSchedule';

/**
 * The blend at progress p in [0, 1], before the end sets it to 1:
 *
 *     logistic  1 / (1 + exp(-(16 p - 6)))
 *     linear    p
 *     cosine    (1 - cos(pi p)) / 2
 *     constant  value
 */
export function blendAt(
  { type, value }: Pick<Settings, 'type' | 'value'>,
  progress: number,
): number {
  return type === 'constant' ? value : PROGRESS_CURVES[type](progress);
}

class QuantizationSchedule extends Schedule {
  constructor(private readonly settings: Settings) {
    super(LABEL, 'blend', settings);
  }

  protected override update(position: Position): number {
    const blend = risingToOne(position, (progress) => blendAt(this.settings, progress));
    for (const { kernel } of trainableSites(this.model, LABEL)) kernel.blend = blend;
    return blend;
  }
}

/**
 * A callback for progressive quantization: training starts near a float net and ends with a ternary net.
 * The `blend` of every ternary layer follows a curve of the progress p, which is 0 in the first step and 1
 * in the last one.
 *
 *     logistic  1 / (1 + exp(-(16 p - 6)))   .0025 at 0, .5 at .375, .994 at .7
 *     linear    p
 *     cosine    (1 - cos(pi p)) / 2
 *     constant  `value`
 *
 * The last step, and all steps after it, run at exactly 1. Set `epochs` to fewer than those of `fit` to
 * train longer at 1. At the end of an epoch the value is `blend` in tfjs's logs.
 *
 * ```js
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const schedule = quantizationSchedule({type: 'logistic', epochs: 2});
 * await model.fit(x, y, {epochs: 3, callbacks: [schedule], verbose: 0});
 * model.layers[0].blend; // 1
 * ```
 *
 * Source: TeTRA-VPR (arXiv 2503.02511). Its code sets the value after the forward pass of each step, so that each value
 * is in force one step later than here, and never reaches 1.
 *
 * @throws if an option is wrong. Training throws if the model has no ternary layer to train, or if steps
 * are counted in a dataset of unknown size without `batchesPerEpoch`.
 */
export function quantizationSchedule(options: QuantizationScheduleOptions): Callback {
  const settings = readOptions(LABEL, options, QUANTIZATION_SCHEDULE_OPTIONS);
  const { type, value } = options;
  if (value != null && type !== 'constant') {
    throw argumentError(LABEL, 'value', "given with type 'constant' only", value);
  }
  return new QuantizationSchedule(settings);
}
