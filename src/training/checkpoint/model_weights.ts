import { util, type NamedTensorMap } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { assign, isDisposed, weightName } from '../../tfjs/layer_variable';
import { layerSites } from '../../topology/layer_sites';
import { checkCount, otherThanSaved } from './other_than_saved';
import type { NamedTensor, TensorSpec } from './tensor_specs';

/** A weight that the optimizer trains. */
export interface TrainedWeight {
  /** Its number among all weights of the model. */
  readonly number: number;
  readonly shape: number[];
  readonly dtype: string;
}

/**
 * Goes layer by layer: the order of `model.weights` changes when a layer is frozen.
 * @throws if a weight was freed.
 */
export function weightsOf(where: string, model: LayersModel): LayerVariable[] {
  const weights = [...new Set([...layerSites(model)].flatMap(({ layer }) => layer.weights))];
  const freed = weights.find(isDisposed);
  if (freed == null) return weights;
  throw argumentError(where, `weight "${freed.originalName}"`, 'there', 'a disposed weight');
}

/** Those that the optimizer trains, in its order. */
export function trainedWeights(model: LayersModel, weights: LayerVariable[]): TrainedWeight[] {
  return model.trainableWeights.map((weight) => {
    const { shape, dtype } = weight.read();
    return { number: weights.indexOf(weight), shape, dtype };
  });
}

/** A name has no layer name in it: tfjs counts these up when a model is built twice. */
export function weightTensors(weights: LayerVariable[]): NamedTensor[] {
  return weights.map((weight, i) => ({
    name: nameOf(weight, i),
    label: labelOf(weight, i),
    tensor: weight.read(),
  }));
}

/** @throws if the saved weights are not those of the model, in number, order, name, type and shape. */
export function checkWeights(
  where: string,
  weights: LayerVariable[],
  saved: Map<string, TensorSpec>,
): void {
  checkCount(where, 'number of weights', saved.size, weights.length);
  const specs = [...saved];
  for (const [i, weight] of weights.entries()) {
    const [name, { shape, dtype }] = specs[i]!;
    const isSame = name === nameOf(weight, i) && dtype === weight.dtype;
    if (isSame && util.arraysEqual(shape, weight.shape as number[])) continue;
    const actual = { name: nameOf(weight, i), dtype: weight.dtype, shape: weight.shape };
    throw otherThanSaved(where, labelOf(weight, i), { name, dtype, shape }, actual);
  }
}

/** Sets the weights to tensors that `checkWeights` has passed. */
export function restoreWeights(weights: LayerVariable[], tensors: NamedTensorMap): void {
  weights.forEach((weight, i) => assign(weight, tensors[nameOf(weight, i)]!));
}

function nameOf(weight: LayerVariable, index: number): string {
  return `${index}/${weightName(weight)}`;
}

function labelOf(weight: LayerVariable, index: number): string {
  return `weight ${index} "${weight.originalName}"`;
}
