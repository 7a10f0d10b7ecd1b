import type { LayersModel, Logs } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import {
  anyBoolean,
  anyFunction,
  nonEmptyString,
  oneOf,
  positiveInteger,
} from '../../options/check';
import { readOptions, type OptionTable, type Resolved } from '../../options/option_table';
import { loggedNumbers } from '../logged_numbers';
import { stepsPerEpoch } from '../steps_per_epoch';
import { TrainingCallback } from '../training_callback';
import { BestEpoch } from './best_epoch';
import type { CheckpointInfo } from './checkpoint';
import type { Monitored } from './content';
import { layerStates } from './layer_state';
import { capture, encode, optimizerOf, restore } from './model_state';
import { Places, type StorageOf } from './places';
import { retrieve, store } from './saved_form';
import { labelOf, type Storage } from './storage';

export interface CheckpointsOptions {
  /** The number of the last checkpoints to keep. Default: 1. */
  keepLast?: number;
  /**
   * The name of a value in the logs of tfjs, such as `'val_loss'`: the checkpoint of the epoch with the best
   * one is kept as well. Default: none.
   */
  monitor?: string;
  /** With `monitor`, and required then: whether the lowest or the highest value is the best. */
  mode?: 'min' | 'max';
  /** With `monitor`: whether the model is restored to the best epoch when training ends. Default: false. */
  restoreBest?: boolean;
}

export const CHECKPOINTS_OPTIONS = {
  keepLast: { ...positiveInteger, default: 1 },
  monitor: nonEmptyString,
  mode: oneOf(['min', 'max']),
  restoreBest: { ...anyBoolean, default: false },
} as const satisfies OptionTable<CheckpointsOptions>;

type Settings = Resolved<CheckpointsOptions, typeof CHECKPOINTS_OPTIONS>;

const LABEL = 'checkpoints';

/** The result of `checkpoints`: a callback, and a method that restores the last checkpoint. */
export class Checkpoints extends TrainingCallback {
  private readonly places: Places;
  private readonly best: BestEpoch | undefined;
  /** Epochs that are done in the last checkpoint, 0 without one; undefined until the places are looked at. */
  private saved: number | undefined;
  private steps = 0;

  constructor(
    storageOf: StorageOf,
    private readonly settings: Settings,
  ) {
    super(LABEL);
    const { keepLast, monitor, mode } = settings;
    this.best = monitor == null ? undefined : new BestEpoch({ monitor, mode: mode! });
    this.places = new Places(LABEL, storageOf, { keepLast, best: this.best != null });
  }

  /**
   * Restores the newest checkpoint into a model that was built and compiled in the same way; if it cannot be
   * read or is damaged, the one before. With `monitor`, the best one is one of them: it is the newest where the
   * process ended before the last one of that epoch was saved. Training then goes on with `initialEpoch: epoch`,
   * and the best epoch so far stays the best.
   *
   * @returns the number of epochs that are done.
   * @throws if there is no good checkpoint, or `loadCheckpoint` would throw an error. In these cases nothing
   * has changed.
   */
  async restore(model: LayersModel): Promise<CheckpointInfo> {
    optimizerOf(LABEL, model);
    const { storage, saved } = await this.places.latestGood();
    const best = this.best && (await this.places.peek(this.places.best).catch(() => undefined));
    restore(`${LABEL} from ${labelOf(storage)}`, model, saved);
    const { epoch } = saved.content;
    this.saved = epoch;
    this.best?.set(best?.content ?? {});
    return { epoch };
  }

  override async onTrainBegin(): Promise<void> {
    this.trainedModel();
    this.saved ??= await this.savedBefore();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.steps = 0;
    if (epoch >= this.saved!) return;
    const expected = `at least ${this.saved}, the epoch of the last checkpoint`;
    const { message } = argumentError(LABEL, 'initialEpoch', expected, epoch);
    throw new Error(
      `${message} Continue from it, with restore(model), or save to other places: checkpoints of an earlier ` +
        'training are not overwritten.',
    );
  }

  override async onBatchEnd(): Promise<void> {
    this.steps++;
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const model = this.trainedModel();
    const isStopped = model.stopTraining;
    // tfjs ends an epoch in the same way if training is stopped inside it.
    if (isStopped && this.steps !== stepsPerEpoch(this.params)) return;
    const { monitor } = this.settings;
    const value = monitor == null ? undefined : await valueOf(monitor, logs);
    // The best one first: if training ends between the two, the last one does not count an epoch as done
    // that was not compared.
    if (value !== undefined) await this.saveIfBetter(model, epoch + 1, value);
    await this.save(model, this.places.last(epoch + 1), { epoch: epoch + 1 });
    this.saved = epoch + 1;
    if (monitor == null || value !== undefined || isStopped) return;
    throw argumentError(LABEL, 'monitor', oneOf(Object.keys(logs)).expected, monitor);
  }

  override async onTrainEnd(): Promise<void> {
    if (!this.settings.restoreBest || !this.best?.isKnown) return;
    const storage = this.places.best;
    const saved = await retrieve(LABEL, storage);
    restore(`${LABEL} from ${labelOf(storage)}`, this.trainedModel(), saved);
  }

  private async saveIfBetter(model: LayersModel, epoch: number, value: number): Promise<void> {
    const layers = layerStates(model);
    if (!this.best?.isBetter(value, layers)) return;
    const { monitor, mode } = this.settings;
    const monitored = { monitor: monitor!, mode: mode!, value };
    await this.save(model, this.places.best, { epoch, monitored });
    this.best.set({ monitored, layers });
  }

  private async save(
    model: LayersModel,
    storage: Storage,
    about: { epoch: number; monitored?: Monitored },
  ): Promise<void> {
    const { content, tensors } = capture(LABEL, model, about);
    await store(LABEL, storage, { content, ...(await encode(LABEL, tensors, false)) });
  }

  /** The epoch of the newest checkpoint of an earlier training in the same places, 0 without one. */
  private async savedBefore(): Promise<number> {
    return (await this.places.latest())?.saved.content.epoch ?? 0;
  }
}

async function valueOf(monitor: string, logs: Logs): Promise<number | undefined> {
  if (!(monitor in logs)) return undefined;
  return (await loggedNumbers({ [monitor]: logs[monitor] }))[monitor];
}

/** `mode` and `restoreBest` belong to `monitor`, which needs `mode`. */
function checkMonitor({ monitor, mode, restoreBest }: CheckpointsOptions): void {
  if (monitor != null && mode == null) {
    throw argumentError(LABEL, 'mode', 'given with monitor', mode);
  }
  for (const [name, value] of Object.entries({ mode, restoreBest })) {
    if (monitor != null || value == null || value === false) continue;
    throw argumentError(LABEL, name, 'given with monitor only', value);
  }
}

/**
 * A callback that saves a checkpoint after each epoch, for `fit` and `fitDataset`. It keeps the last ones
 * and, with `monitor`, the best one.
 *
 * A checkpoint is complete before an older one is overwritten. The places take turns: there is one more of
 * them than `keepLast`, named `'last-1-of-2'`, `'last-2-of-2'`, and one named `'best'`. An epoch in which
 * training was stopped (`model.stopTraining = true`) is not done, and not saved: `restore` goes on at its
 * beginning. (In a dataset whose size tfjs does not know, put this callback before those that stop training at
 * the end of an epoch.) Weights that are NaN or infinite are not saved, and end training with an error.
 *
 * With `quantizationSchedule`, epochs are compared only with those of the same blends: the best epoch is one
 * of those that are ternary, as soon as there is one.
 *
 * ```js
 * const stored = {};
 * const storageOf = (name) => ({ // or (name) => `indexeddb://run-${name}`
 *   save: async (artifacts) => { stored[name] = artifacts; },
 *   load: async () => stored[name],
 * });
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const saves = checkpoints(storageOf, {keepLast: 2, monitor: 'val_loss', mode: 'min'});
 * const options = {validationData: [x, y], callbacks: [saves], verbose: 0};
 * await model.fit(x, y, {epochs: 2, ...options});
 *
 * // Later, with the same model built and compiled again:
 * const {epoch} = await saves.restore(model);
 * epoch; // 2
 * await model.fit(x, y, {initialEpoch: epoch, epochs: 3, ...options});
 * await loadCheckpoint(model, storageOf('best'));
 * ```
 *
 * @param storageOf gives each name a place of its own: a URL, or a handler such as `folder(PATH)`.
 * @throws if an option is wrong, if two names have the same place, or if nothing can save to a place and
 * load from it. Training throws if it begins before the epoch of the last checkpoint in these places, which
 * it would overwrite, if `monitor` is not in the logs (the last checkpoint is saved then), or if saving
 * fails.
 */
export function checkpoints(storageOf: StorageOf, options: CheckpointsOptions = {}): Checkpoints {
  if (!anyFunction.holds(storageOf)) {
    throw argumentError(LABEL, 'storageOf', anyFunction.expected, storageOf);
  }
  const settings = readOptions(LABEL, options, CHECKPOINTS_OPTIONS);
  checkMonitor(settings);
  return new Checkpoints(storageOf, settings);
}
