import { dispose, util, type NamedTensorMap, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { checkModel } from '../../topology/check_model';
import { layerSites } from '../../topology/layer_sites';
import { integerFrom } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { assign, weightName } from '../../tfjs/layer_variable';
import { checkLayerStates, layerStates, restoreLayerStates, type LayerState } from './layer_state';
import {
  checkOptimizer,
  optimizerNumbers,
  optimizerTensors,
  restoreOptimizer,
  type OptimizerNumbers,
} from './optimizer_state';
import { checkCount, otherThanSaved } from './other_than_saved';
import { retrieve, store, type Storage } from './storage';

export interface CheckpointInfo {
  /** Number of epochs that are done: the `initialEpoch` to continue with. */
  epoch: number;
}

export const CHECKPOINT_INFO = {
  epoch: { ...integerFrom(0), required: true },
} as const satisfies OptionTable<CheckpointInfo>;

interface Content extends CheckpointInfo {
  readonly optimizer: OptimizerNumbers;
  readonly layers: LayerState[];
}

const WEIGHT = 'weight/';
const OPTIMIZER = 'optimizer/';

/**
 * Saves what training needs to continue as if it had not stopped: all weights, the blend of each ternary
 * layer, and the optimizer with its exact accumulators (tfjs's `includeOptimizer` does not keep those of
 * Adamax, and keeps those of Adam only up to rounding). Schedules and `seededBatches` need nothing saved:
 * they depend on the epoch. (A schedule spans the `epochs` of each call of `fit`: give both calls the same
 * `epochs`, or give the schedule its own.) Dropout without a seed draws other masks after training resumes.
 *
 * ```js
 * const saved = [];
 * const storage = { // or 'indexeddb://run', or with tfjs-node 'file:///tmp/run'
 *   save: async (artifacts) => { saved[0] = artifacts; },
 *   load: async () => saved[0],
 * };
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const save = new tf.CustomCallback({
 *   onEpochEnd: (epoch) => saveCheckpoint(model, storage, {epoch: epoch + 1}),
 * });
 * const first = seededBatches(x, y, {seed: 1});
 * await model.fitDataset(first, {epochs: 2, callbacks: [save], verbose: 0});
 *
 * // Later, with the same model built and compiled again:
 * const {epoch} = await loadCheckpoint(model, storage);
 * epoch; // 2
 * const rest = seededBatches(x, y, {seed: 1, initialEpoch: epoch});
 * await model.fitDataset(rest, {initialEpoch: epoch, epochs: 3, callbacks: [save], verbose: 0});
 * ```
 *
 * @param storage a place where tfjs could save a model: a URL or a handler.
 * @throws if `model` is not a compiled LayersModel, or more of it was frozen after it was compiled, if
 * `epoch` is wrong, or if nothing can save to `storage`.
 */
export async function saveCheckpoint(
  model: LayersModel,
  storage: Storage,
  info: CheckpointInfo,
): Promise<void> {
  const optimizer = optimizerOf(model, 'saveCheckpoint');
  const { epoch } = readOptions('saveCheckpoint', info, CHECKPOINT_INFO, 'info');
  const tensors: NamedTensorMap = {};
  weightsOf(model).forEach((weight, i) => (tensors[nameOf(weight, i)] = weight.read()));
  const state = optimizerTensors(optimizer, trainedNumbers(model));
  for (const [name, tensor] of Object.entries(state)) {
    tensors[OPTIMIZER + name] = tensor;
  }
  const layers = layerStates(model);
  const content: Content = { epoch, optimizer: optimizerNumbers(optimizer), layers };
  await store(storage, { tensors, content });
}

/**
 * Restores what `saveCheckpoint` saved into a model that was built and compiled in the same way.
 *
 * @returns the number of epochs that are done.
 * @throws if `model` is not a compiled LayersModel, if `storage` holds no checkpoint, or if the weights, the
 * trained ones among them, the quantizers of the layers, or the optimizer differ from the saved ones. In
 * these cases nothing has changed.
 */
export async function loadCheckpoint(
  model: LayersModel,
  storage: Storage,
): Promise<CheckpointInfo> {
  const optimizer = optimizerOf(model, 'loadCheckpoint');
  const { tensors, content } = await retrieve<Content>(storage);
  try {
    checkLayerStates(model, content.layers);
    checkWeights(model, tensors);
    const state = withPrefix(OPTIMIZER, tensors);
    const trained = trainedNumbers(model);
    checkOptimizer(optimizer, trained, content.optimizer, state);
    for (const [i, weight] of weightsOf(model).entries()) {
      assign(weight, tensors[nameOf(weight, i)]!);
    }
    restoreOptimizer(optimizer, trained, content.optimizer, state);
    restoreLayerStates(model, content.layers);
    return { epoch: content.epoch };
  } finally {
    dispose(tensors);
  }
}

function optimizerOf(model: LayersModel, where: string): Optimizer {
  checkModel(model, where);
  if (model.optimizer == null) {
    throw new Error(
      `${where}: model "${model.name}" must be compiled, as its optimizer belongs to it.`,
    );
  }
  return model.optimizer;
}

/** Goes layer by layer: the order of `model.weights` changes when a layer is frozen. */
function weightsOf(model: LayersModel): LayerVariable[] {
  return [...new Set([...layerSites(model)].flatMap(({ layer }) => layer.weights))];
}

/** The weights that the optimizer trains, in its order, by their numbers among all weights. */
function trainedNumbers(model: LayersModel): number[] {
  const all = weightsOf(model);
  return model.trainableWeights.map((weight) => all.indexOf(weight));
}

/** The name has no layer name in it: tfjs counts these up when a model is built twice. */
function nameOf(weight: LayerVariable, index: number): string {
  return `${WEIGHT}${index}/${weightName(weight)}`;
}

function checkWeights(model: LayersModel, tensors: NamedTensorMap): void {
  const saved = Object.keys(withPrefix(WEIGHT, tensors)).length;
  const weights = weightsOf(model);
  checkCount('number of weights', saved, weights.length);
  for (const [i, weight] of weights.entries()) {
    const { shape, dtype } = tensors[nameOf(weight, i)] ?? { shape: [], dtype: undefined };
    if (util.arraysEqual(shape, weight.shape as number[]) && dtype === weight.dtype) continue;
    const expected = dtype == null ? 'no weight of this name' : { dtype, shape };
    const actual = { dtype: weight.dtype, shape: weight.shape };
    throw otherThanSaved(`weight ${i} "${weight.originalName}"`, expected, actual);
  }
}

function withPrefix(prefix: string, tensors: NamedTensorMap): NamedTensorMap {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
