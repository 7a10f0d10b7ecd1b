import { dispose, io, type NamedTensorMap, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { checkModel } from '../../topology/check_model';
import { checkLearningRate, type Content } from './content';
import { checkLayerStates, layerStates, restoreLayerStates } from './layer_state';
import {
  checkWeights,
  restoreWeights,
  trainedWeights,
  weightsOf,
  weightTensors,
} from './model_weights';
import {
  checkOptimizer,
  optimizerNumbers,
  optimizerTensors,
  restoreOptimizer,
} from './optimizer_state';
import { checkRecurrentStates, recurrentTensors, restoreRecurrentStates } from './recurrent_state';
import type { Saved } from './saved_form';
import { checkSpecs, firstNonFinite, specsUnder, type NamedTensor } from './tensor_specs';

const WEIGHT = 'weight/';
const OPTIMIZER = 'optimizer/';
const STATE = 'state/';

/** What is to be saved of the present state. It is read at once: training may go on while it is stored. */
export function capture(
  where: string,
  model: LayersModel,
  about: Pick<Content, 'epoch' | 'monitored'>,
): { content: Content; tensors: NamedTensor[] } {
  const optimizer = optimizerOf(where, model);
  const weights = weightsOf(where, model);
  const numbers = optimizerNumbers(optimizer);
  checkLearningRate(where, numbers.learningRate);
  const tensors = [
    ...withPrefix(WEIGHT, weightTensors(weights)),
    ...withPrefix(OPTIMIZER, optimizerTensors(where, optimizer, trainedWeights(model, weights))),
    ...withPrefix(STATE, recurrentTensors(model)),
  ];
  return { content: { ...about, optimizer: numbers, layers: layerStates(model) }, tensors };
}

/** @throws if a value is NaN or infinite, unless `allowNonFinite`. */
export async function encode(
  where: string,
  tensors: NamedTensor[],
  allowNonFinite: boolean,
): Promise<Pick<Saved, 'specs' | 'data'>> {
  const encoded = await io.encodeWeights(tensors.map(({ name, tensor }) => ({ name, tensor })));
  const specs = checkSpecs(where, encoded.specs);
  const found = allowNonFinite ? undefined : firstNonFinite(specs, encoded.data);
  if (found == null) return { specs, data: encoded.data };
  const { label, tensor } = tensors[found.tensor]!;
  const argument = `value ${found.index} of ${tensor.size} in ${label}`;
  const { message } = argumentError(where, argument, 'finite', found.value);
  throw new Error(
    `${message} Nothing was saved. Go on from an earlier checkpoint, with a lower learning rate for example.`,
  );
}

/**
 * Checks everything, and then restores it.
 * @throws if a part differs from that of the model. In this case nothing has changed.
 */
export function restore(where: string, model: LayersModel, saved: Saved): void {
  const optimizer = optimizerOf(where, model);
  const { format, content, specs, data } = saved;
  const weights = weightsOf(where, model);
  const trained = trainedWeights(model, weights);
  checkLayerStates(where, model, content.layers);
  checkWeights(where, weights, specsUnder(WEIGHT, specs));
  checkOptimizer(where, optimizer, trained, content.optimizer, specsUnder(OPTIMIZER, specs));
  if (format > 1) checkRecurrentStates(where, model, specsUnder(STATE, specs));
  checkPrefixes(where, saved);
  const tensors = io.decodeWeights(data, specs);
  try {
    const state = tensorsUnder(OPTIMIZER, tensors);
    const setOptimizer = restoreOptimizer(optimizer, trained, content.optimizer, state);
    restoreWeights(weights, tensorsUnder(WEIGHT, tensors));
    setOptimizer();
    restoreLayerStates(model, content.layers);
    if (format > 1) restoreRecurrentStates(model, tensorsUnder(STATE, tensors));
  } finally {
    dispose(tensors);
  }
}

/** @throws if `model` is not a compiled LayersModel. */
export function optimizerOf(where: string, model: LayersModel): Optimizer {
  checkModel(model, where);
  if (model.optimizer == null) {
    throw new Error(
      `${where}: model "${model.name}" must be compiled, as its optimizer belongs to it.`,
    );
  }
  return model.optimizer;
}

/** The order decides to which tensor bytes belong. */
function checkPrefixes(where: string, { format, specs }: Saved): void {
  let known = format > 1 ? [WEIGHT, OPTIMIZER, STATE] : [WEIGHT, OPTIMIZER];
  for (const { name } of specs) {
    const at = known.findIndex((prefix) => name.startsWith(prefix));
    const expected = `one that begins with ${known.join(', ')}`;
    if (at < 0) throw argumentError(where, 'name of a tensor', expected, name);
    known = known.slice(at);
  }
}

function withPrefix(prefix: string, tensors: NamedTensor[]): NamedTensor[] {
  return tensors.map((each) => ({ ...each, name: prefix + each.name }));
}

function tensorsUnder(prefix: string, tensors: NamedTensorMap): NamedTensorMap {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
