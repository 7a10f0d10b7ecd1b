import type { Tensor } from '@tensorflow/tfjs-core';
import { LayerVariable, type layers } from '@tensorflow/tfjs-layers';

/*
 * Relies on how a layer keeps its weights after it is built: in two lists, which can be set, and with the
 * losses of their regularizers as functions in `losses`, the layer's own list. tfjs has no method that takes
 * a weight out of a layer, and none that adds one under the name scope of another outside `apply`.
 */

/** A weight that no optimizer trains. Disposes of the tensor, whose values it copies. */
export function fixedWeight(name: string, tensor: Tensor): LayerVariable {
  const weight = new LayerVariable(tensor, tensor.dtype, name, false);
  tensor.dispose();
  return weight;
}

/**
 * Gives a layer these weights and no others. None of them is trained, and the layer's regularizers are
 * dropped. The caller disposes of the weights that were removed.
 */
export function replaceWeights(layer: layers.Layer, weights: LayerVariable[]): void {
  for (const weight of weights) weight.trainable = false;
  layer.trainableWeights = [];
  layer.nonTrainableWeights = weights;
  layer.losses.length = 0;
}
