import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { outputLayerOf } from '../layers/composite_layer';
import { sourceLayers } from '../topology/source_layers';

/** Layers that only apply an activation function: the layer before them gives the actual output. */
const ACTIVATIONS = ['Activation', 'ELU', 'LeakyReLU', 'ReLU', 'Softmax', 'ThresholdedReLU'];

/** The layers that give the outputs of a model; activations after them do not count. */
export function outputLayers(model: LayersModel): Set<layers.Layer> {
  const sources = model.outputs.flatMap((output) => sourceLayers(output, isActivation));
  return new Set(sources.map(outputLayerOf));
}

function isActivation(layer: layers.Layer): boolean {
  return ACTIVATIONS.includes(layer.getClassName());
}
