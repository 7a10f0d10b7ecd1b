import type { Callback, Logs } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import type { SparsityGate } from '../layers/sparsity_gate/layer';
import { SPARSITY } from '../layers/sparsity_gate/options';
import { anyInteger, oneOf, positiveNumber } from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
import { sparsityGates } from '../topology/set_sparsity';
import { randomShare } from './random_share';
import { TrainingCallback } from './training_callback';

export interface SparsityScheduleOptions {
  /** How the highest sparsity moves; see `sparsitySchedule`. */
  type: 'linear' | 'constant';
  /** The lowest sparsity of a step. Default: 0.1. */
  low?: number;
  /** The highest sparsity of a step, at least `low`; with `'linear'`, where it moves to. Default: 0.6. */
  high?: number;
  /** The sparsity of all that is not a step of training: of validation, and after training. */
  final: number;
  /** An integer; all draws follow from it. */
  seed: number;
  /** With `'linear'`: epochs, counted from epoch 0, until `high`. Default: the `epochs` of `fit` or `fitDataset`. */
  epochs?: number;
}

export const SPARSITY_SCHEDULE_OPTIONS = {
  type: { ...oneOf(['linear', 'constant']), required: true },
  low: { ...SPARSITY, default: 0.1 },
  high: { ...SPARSITY, default: 0.6 },
  final: { ...SPARSITY, required: true },
  seed: { ...anyInteger, required: true },
  epochs: positiveNumber,
} as const satisfies OptionTable<SparsityScheduleOptions>;

type Settings = Resolved<SparsityScheduleOptions, typeof SPARSITY_SCHEDULE_OPTIONS>;

const LABEL = 'sparsitySchedule';

/** The highest sparsity of a step in an epoch of `epochs`. */
export function highestSparsity(
  { type, low, high }: Pick<Settings, 'type' | 'low' | 'high'>,
  epoch: number,
  epochs: number,
): number {
  if (type === 'constant') return high;
  return low + (high - low) * Math.min(1, epoch / epochs);
}

class SparsitySchedule extends TrainingCallback {
  private epoch = 0;
  private drawn: number | undefined;

  constructor(private readonly settings: Settings) {
    super(LABEL);
  }

  override async onTrainBegin(): Promise<void> {
    for (const gate of this.gates()) gate.sparsity = this.settings.final;
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.epoch = epoch;
  }

  override async onBatchBegin(batch: number): Promise<void> {
    const { settings, epoch } = this;
    const epochs = settings.epochs ?? (this.params['epochs'] as number);
    const highest = highestSparsity(settings, epoch, epochs);
    const share = randomShare(settings.seed, epoch, batch);
    this.setDrawn(settings.low + (highest - settings.low) * share);
  }

  override async onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    if (this.drawn != null) logs['sparsity'] = this.drawn;
  }

  override async onTrainEnd(): Promise<void> {
    this.setDrawn(undefined);
  }

  private setDrawn(sparsity: number | undefined): void {
    this.drawn = sparsity;
    for (const gate of this.gates()) gate.drawnSparsity = sparsity;
  }

  private gates(): SparsityGate[] {
    return sparsityGates(this.trainedModel(), LABEL);
  }
}

/**
 * A callback that trains at many sparsities, so that one net serves at each of them. Before each step it draws the
 * sparsity of every `sparsityGate` of the model, evenly between `low` and the highest sparsity of the epoch:
 *
 *     linear    low + (high - low) e / E        e the epoch, counted from 0, E the number of epochs
 *     constant  high
 *
 * All else, such as validation, is at the sparsity `final`: the property `sparsity` of the gates is set to it when training
 * begins, and the model is saved with it. Checkpoints do not hold it: after `restore` without further training, set it by
 * `setSparsity`. The draw depends only on `seed` and the position in training: training that is resumed with
 * `initialEpoch` goes on where it stopped. At the end of an epoch, `sparsity` in tfjs's logs is that of its last step.
 *
 * ```js
 * const net = tf.sequential();
 * net.add(sparsityGate({inputShape: [4]}));
 * net.add(bitLinear({units: 1}));
 * net.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const schedule = sparsitySchedule({type: 'linear', final: 0.4, seed: 1});
 * await net.fit(tf.ones([8, 4]), tf.ones([8, 1]), {epochs: 2, callbacks: [schedule], verbose: 0});
 * net.layers[0].sparsity; // 0.4
 * ```
 *
 * Source: TAT-VPR (arXiv 2505.16447), whose first stage is `linear` and whose second is `constant`, with these defaults.
 *
 * @throws if an option is wrong. Training throws if the model has no gate.
 */
export function sparsitySchedule(options: SparsityScheduleOptions): Callback {
  const settings = readOptions(LABEL, options, SPARSITY_SCHEDULE_OPTIONS);
  const { type, low, high, epochs } = settings;
  if (high < low) throw argumentError(LABEL, 'high', `at least low, ${low}`, high);
  if (epochs != null && type !== 'linear') {
    throw argumentError(LABEL, 'epochs', "given with type 'linear' only", epochs);
  }
  return new SparsitySchedule(settings);
}
