import type { Callback } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { oneOf, share } from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
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
  constructor(private readonly settings: Settings) {
    super(LABEL, 'blend', settings);
  }

  protected override update({ current, total }: Position): number {
    const isEnd = current >= total - 1;
    const blend = isEnd ? 1 : blendAt(this.settings, current / (total - 1));
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
 * Source: TeTRA-VPR (arXiv 2503.02511).
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
