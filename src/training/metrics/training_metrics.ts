import type { LayersModel, Logs } from '@tensorflow/tfjs-layers';
import type { LatentKernel } from '../../layers/ternary/latent_kernel';
import { checkModel } from '../../topology/check_model';
import { anyFunction } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { loggedNumbers } from '../logged_numbers';
import { trainableSites } from '../trainable_sites';
import { TrainingCallback } from '../training_callback';
import { lookAt, type LayerMetrics } from './layer_metrics';

export interface TrainingMetricsOptions {
  /**
   * Receives one line of JSON after each epoch, with a newline at its end: `{epoch, logs, layers}`, where
   * `logs` has the losses and metrics of tfjs, and `layers` a `LayerMetrics` for each layer. A promise is
   * awaited. Default: none.
   */
  write?: (line: string) => unknown;
}

export const TRAINING_METRICS_OPTIONS = {
  write: anyFunction,
} as const satisfies OptionTable<TrainingMetricsOptions>;

const MEASURES = [
  'negative',
  'zero',
  'positive',
  'flips',
  'scale',
  'saturation',
  'entropy',
] as const;

const LABEL = 'trainingMetrics';

/** The result of `trainingMetrics`: a callback, and a method that measures at any time. */
export class TrainingMetrics extends TrainingCallback {
  private readonly ternary = new WeakMap<LatentKernel, Int8Array>();

  constructor(private readonly options: TrainingMetricsOptions) {
    super(LABEL);
  }

  /**
   * The ternary layers of a model as they are now; `flips` counts from the last look.
   * @throws if `model` is not a LayersModel, or has no ternary layer that is built and not deployed.
   */
  async look(model: LayersModel): Promise<LayerMetrics[]> {
    checkModel(model, LABEL);
    const all: LayerMetrics[] = [];
    for (const { kernel, path } of trainableSites(model, LABEL)) {
      const { metrics, ternary } = await lookAt(kernel, path, this.ternary.get(kernel));
      this.ternary.set(kernel, ternary);
      all.push(metrics);
    }
    return all;
  }

  /** The flips of the first epoch are counted from here. */
  override async onTrainBegin(): Promise<void> {
    await this.look(this.trainedModel());
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const own = await loggedNumbers(logs);
    const layers = await this.look(this.trainedModel());
    for (const { path, ...metrics } of layers) {
      for (const measure of MEASURES) logs[`${path}/${measure}`] = metrics[measure];
    }
    await this.options.write?.(`${JSON.stringify({ epoch, logs: own, layers })}\n`);
  }
}

/**
 * A callback that measures the ternary weights. After each epoch it gives, for each ternary layer, the
 * shares of -1, 0 and +1, the share that flipped in the epoch, the scale, the share of saturated latent
 * weights and the entropy. tfjs's own `logs` receive them as `PATH/zero` and so on: they are in the history
 * that `fit` returns, in tfjs-vis, and in callbacks after this one.
 *
 * Training is healthy when no layer has almost all weights at 0 or none, and flips become fewer towards the end.
 *
 * ```js
 * const lines = [];
 * const metrics = trainingMetrics({write: (line) => lines.push(line)});
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const {history} = await model.fit(x, y, {epochs: 2, callbacks: [metrics], verbose: 0});
 * const {name} = model.layers[0];
 * history[`${name}/flips`].length; // 2
 * JSON.parse(lines[1]).epoch; // 1
 * const [{zero, entropy}] = await metrics.look(model); // at any time, in a loop of your own
 * ```
 *
 * @throws if an option is unknown, or `write` is not a function. Training throws if the model has no
 * ternary layer to train.
 */
export function trainingMetrics(options: TrainingMetricsOptions = {}): TrainingMetrics {
  return new TrainingMetrics(readOptions(LABEL, options, TRAINING_METRICS_OPTIONS));
}
