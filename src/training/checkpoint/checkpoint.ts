import type { LayersModel } from '@tensorflow/tfjs-layers';
import { anyBoolean, integerFrom } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { capture, encode, optimizerOf, restore } from './model_state';
import { retrieve, store } from './saved_form';
import { handlerFor, labelOf, type Storage } from './storage';

export interface CheckpointInfo {
  /** Number of epochs that are done: the `initialEpoch` to continue with. */
  epoch: number;
}

export interface SaveCheckpointOptions extends CheckpointInfo {
  /** Whether to save weights or a state of the optimizer with NaN or infinity in it. Default: false. */
  allowNonFinite?: boolean;
}

export const SAVE_CHECKPOINT_OPTIONS = {
  epoch: { ...integerFrom(0), required: true },
  allowNonFinite: { ...anyBoolean, default: false },
} as const satisfies OptionTable<SaveCheckpointOptions>;

/**
 * Saves what training needs to continue as if it had not stopped: all weights, the blend of each ternary
 * layer, the states of stateful recurrent layers, and the optimizer with its exact accumulators (tfjs's
 * `includeOptimizer` does not keep those of Adamax, and keeps those of Adam only up to rounding). In `fit`,
 * the callback `checkpoints` does this after each epoch.
 *
 * Schedules and `seededBatches` need nothing saved: they depend on the epoch. (A schedule spans the `epochs`
 * of each call of `fit`: give both calls the same `epochs`, or give the schedule its own.) Dropout without a
 * seed draws other masks after training resumes. Anything else outside of the model, such as the teacher of
 * a distillation or what other callbacks remember, is not in a checkpoint.
 *
 * ```js
 * const saved = [];
 * const storage = { // or 'indexeddb://run', or folder('models/run') of tfjs-bitcore/folder
 *   save: async (artifacts) => { saved[0] = artifacts; },
 *   load: async () => saved[0],
 * };
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
 * await saveCheckpoint(model, storage, {epoch: 1});
 *
 * // Later, with the same model built and compiled again:
 * const {epoch} = await loadCheckpoint(model, storage);
 * epoch; // 1
 * ```
 *
 * @param storage a place where tfjs could save a model: a URL or a handler.
 * @throws if `model` is not a compiled LayersModel, or layers of it were frozen or unfrozen after it was
 * compiled, if an option is wrong, if a value to save is NaN or infinite, or if nothing can save to
 * `storage`. In these cases nothing is written.
 */
export async function saveCheckpoint(
  model: LayersModel,
  storage: Storage,
  options: SaveCheckpointOptions,
): Promise<void> {
  const where = 'saveCheckpoint';
  optimizerOf(where, model);
  const { epoch, allowNonFinite } = readOptions(where, options, SAVE_CHECKPOINT_OPTIONS);
  handlerFor(where, storage, 'save');
  const { content, tensors } = capture(where, model, { epoch });
  await store(where, storage, { content, ...(await encode(where, tensors, allowNonFinite)) });
}

/**
 * Restores what `saveCheckpoint` or the callback `checkpoints` saved into a model that was built and
 * compiled in the same way. Checkpoints of earlier versions load, too.
 *
 * @returns the number of epochs that are done.
 * @throws if `model` is not a compiled LayersModel; if `storage` holds no checkpoint, a damaged one, or one
 * of a later version; or if the weights, the trained ones among them, the quantizers of the layers, or the
 * optimizer differ from the saved ones. In these cases nothing has changed.
 */
export async function loadCheckpoint(
  model: LayersModel,
  storage: Storage,
): Promise<CheckpointInfo> {
  const where = 'loadCheckpoint';
  optimizerOf(where, model);
  const saved = await retrieve(where, storage);
  restore(`${where} from ${labelOf(storage)}`, model, saved);
  return { epoch: saved.content.epoch };
}
