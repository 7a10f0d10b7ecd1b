import { dispose, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { TernaryLayer } from '../layers/ternary/ternary_layer';
import { inputQuantizer } from '../quantizers/input/registry';
import { batchSizeOf } from '../topology/batch_size';
import { checkInputs } from '../topology/check_inputs';
import { checkModel } from '../topology/check_model';
import { fromZeroStates } from '../topology/model_states';
import { recordInputs } from '../topology/record_inputs';
import { layerSites } from '../topology/layer_sites';
import { ternarySites } from '../topology/ternary_sites';
import { foldsOf, isBatchNormalization } from './fold';

/** What is promised of a layer, and the largest difference that it allows, relative to the layer's largest output. */
const TOLERANCES = { identical: 0, '1e-6 relative': 1e-6, '1e-5 relative': 1e-5 } as const;

export interface OutputComparison {
  /** True if every float is equal by value; NaN equals NaN, and +0 equals -0. */
  readonly identical: boolean;
  /** Largest absolute difference; infinite where only one of the two is NaN. */
  readonly maxAbsDiff: number;
}

export interface LayerVerification extends OutputComparison {
  /** Path of the layer: its name, after those of the models and wrappers around it. */
  readonly path: string;
  /**
   * `'identical'` with int8 inputs; `'1e-6 relative'` where a batch normalization is folded into the layer, which is
   * compared with both; `'1e-5 relative'` with `inputQuantizer: 'none'`.
   */
  readonly promise: keyof typeof TOLERANCES;
  /** Whether the promise holds on this input. */
  readonly kept: boolean;
}

export interface Verification extends OutputComparison {
  /** The ternary layers. Each is compared on the inputs that it receives in the source model. */
  readonly layers: LayerVerification[];
}

/**
 * Compares a model with its deployed form: their outputs for `x`, and each ternary layer with its
 * packed form on the same input. Stateful layers of both models start from zero states, and have their own
 * states again afterwards.
 *
 * ```js
 * const deployed = deploy(model);
 * const {identical} = await verify(model, deployed, x);   // true for int8 inputs
 * ```
 *
 * @param x the input of `model.predict`: one tensor, or one for each input of the model.
 * @returns whether all outputs are equal, their largest difference, and the same for each layer.
 * @throws if the two models do not have the same ternary layers, the layers of `model` are already
 * deployed, or `x` is not an input of `model.predict`, in whole batches where the model is stateful.
 */
export async function verify(
  model: LayersModel,
  deployed: LayersModel,
  x: Tensor | Tensor[],
): Promise<Verification> {
  checkModel(model, 'verify');
  checkModel(deployed, 'verify', 'deployed');
  const pairs = pairLayers(model, deployed);
  const [expected, actual] = [model, deployed].map((m) => m.outputs.map(({ shape }) => shape));
  checkEqual('deployed', 'a model with outputs of shape', expected, actual);
  checkInputs(model, x, 'verify');
  return fromZeroStates([model, deployed], () => compare(model, deployed, pairs, x));
}

async function compare(
  model: LayersModel,
  deployed: LayersModel,
  pairs: LayerPair[],
  x: Tensor | Tensor[],
): Promise<Verification> {
  const { outputs, inputs } = predictAndRecord(model, pairs, x);
  try {
    const { identical, maxAbsDiff } = await compareAndDispose(outputs, predict(deployed, x));
    const layers: LayerVerification[] = [];
    for (const [i, pair] of pairs.entries()) layers.push(await verifyLayer(pair, inputs[i]!));
    return { identical, maxAbsDiff, layers };
  } finally {
    dispose([outputs, inputs]);
  }
}

interface LayerPair {
  readonly path: string;
  readonly source: TernaryLayer;
  readonly packed: TernaryLayer;
  /** The normalization of the source that is folded into the packed layer. */
  readonly folded: layers.Layer | undefined;
}

function pairLayers(model: LayersModel, deployed: LayersModel): LayerPair[] {
  const folded = foldedNormalizations(model, deployed);
  const packedLayers = new Map(ternarySites(deployed).map(({ layer, path }) => [path, layer]));
  const pairs = ternarySites(model).map(({ layer: source, path }) => {
    const packed = packedLayers.get(path);
    if (packed == null || !packed.ternaryKernel.deployed) {
      throw notDeployedFrom(`deployed has no packed layer "${path}"`);
    }
    if (source.ternaryKernel.deployed) {
      throw notDeployedFrom(`layer "${path}" of model is deployed`);
    }
    const [expected, actual] = [source, packed].map((layer) => layer.ternaryKernel.matrixShape);
    checkEqual(`deployed layer "${path}"`, 'of kernel shape', expected, actual);
    packedLayers.delete(path);
    return { path, source, packed, folded: folded.get(path) };
  });
  for (const path of packedLayers.keys()) {
    throw notDeployedFrom(`model has no ternary layer "${path}", but deployed has`);
  }
  return pairs;
}

/** By the paths of the layers that they are folded into. */
function foldedNormalizations(
  model: LayersModel,
  deployed: LayersModel,
): Map<string, layers.Layer> {
  const kept = new Set(
    [...layerSites(deployed)].filter(isBatchNormalization).map(({ path }) => path),
  );
  const stays = [...layerSites(model)].every(
    (site) => !isBatchNormalization(site) || kept.has(site.path),
  );
  // It reads weights, which takes long on GPUs.
  if (stays) return new Map();
  const folds = foldsOf(model).filter(({ normalizationPath }) => !kept.has(normalizationPath));
  return new Map(folds.map(({ path, normalization }) => [path, normalization]));
}

/** Compares shapes. Outputs are compared later, value by value. */
function checkEqual(argument: string, what: string, expected: unknown, actual: unknown): void {
  const text = JSON.stringify(expected);
  if (text === JSON.stringify(actual)) return;
  throw notDeployedFrom(`${argument} must be ${what} ${text}, got ${JSON.stringify(actual)}`);
}

function notDeployedFrom(problem: string): Error {
  return new Error(
    `verify: ${problem}. The second model must be deploy() of the first; are the two swapped?`,
  );
}

/** The model's outputs, and for each pair the inputs that its layer received during the pass. */
function predictAndRecord(model: LayersModel, pairs: LayerPair[], x: Tensor | Tensor[]) {
  const inputs = pairs.map((): Tensor[] => []);
  const restore = pairs.map(({ source }, i) => recordInputs(source, inputs[i]!));
  try {
    return { outputs: predict(model, x), inputs };
  } catch (error) {
    dispose(inputs);
    throw error;
  } finally {
    for (const restoreHook of restore) restoreHook();
  }
}

async function verifyLayer(pair: LayerPair, inputs: Tensor[]): Promise<LayerVerification> {
  const { path, source, packed, folded } = pair;
  const expected = inputs.map((input) => outputOf(source, folded, input));
  const actual = inputs.map((input) => packed.call(input, {}) as Tensor);
  const { identical, maxAbsDiff, largest } = await compareAndDispose(expected, actual);
  const promise = promiseOf(pair);
  const kept = promise === 'identical' ? identical : maxAbsDiff <= TOLERANCES[promise] * largest;
  return { path, identical, maxAbsDiff, promise, kept };
}

function outputOf(source: TernaryLayer, folded: layers.Layer | undefined, input: Tensor): Tensor {
  return tidy(() => {
    const y = source.call(input, {}) as Tensor;
    return folded == null ? y : (folded.call(y, {}) as Tensor);
  });
}

function promiseOf({ source, folded }: LayerPair): LayerVerification['promise'] {
  if (!inputQuantizer(source.inputQuantizer).isExact) return '1e-5 relative';
  return folded == null ? 'identical' : '1e-6 relative';
}

async function compareAndDispose(expected: Tensor[], actual: Tensor[]) {
  const result = { identical: true, maxAbsDiff: 0, largest: 0 };
  for (const [i, tensor] of expected.entries()) {
    const [a, b] = await Promise.all([tensor.data(), actual[i]!.data()]);
    for (let j = 0; j < a.length; j++) {
      if (Number.isFinite(a[j]!)) result.largest = Math.max(result.largest, Math.abs(a[j]!));
      if (a[j] === b[j] || (Number.isNaN(a[j]) && Number.isNaN(b[j]))) continue;
      const difference = Math.abs(a[j]! - b[j]!);
      result.identical = false;
      result.maxAbsDiff = Math.max(
        result.maxAbsDiff,
        Number.isNaN(difference) ? Infinity : difference,
      );
    }
  }
  for (const tensor of [...expected, ...actual]) tensor.dispose();
  return result;
}

function predict(model: LayersModel, x: Tensor | Tensor[]): Tensor[] {
  return [model.predict(x, { batchSize: batchSizeOf(model) })].flat();
}
