import { LayersModel, type layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Layers that only apply an activation function: what comes before them is the output in essence. */
const ACTIVATIONS = ['Activation', 'ELU', 'LeakyReLU', 'ReLU', 'Softmax', 'ThresholdedReLU'];

/** The layers that give the outputs of a model, an activation after them not counted. */
export function outputLayers(model: LayersModel): Set<layers.Layer> {
  return new Set(model.outputs.flatMap(sourcesOf));
}

function sourcesOf(tensor: SymbolicTensor): layers.Layer[] {
  const { sourceLayer: layer, nodeIndex, tensorIndex } = tensor;
  if (layer instanceof LayersModel) return sourcesOf(layer.outputs[tensorIndex ?? 0]!);
  if (ACTIVATIONS.includes(layer.getClassName())) {
    const { inputTensors } = layer.inboundNodes[nodeIndex!]!;
    return inputTensors.flatMap(sourcesOf);
  }
  return layer.getClassName() === 'TimeDistributed' ? wrapped(layer) : [layer];
}

function wrapped(wrapper: layers.Layer): layers.Layer[] {
  const { layer } = wrapper as unknown as { layer: layers.Layer };
  if (layer instanceof LayersModel) return layer.outputs.flatMap(sourcesOf);
  return layer.getClassName() === 'TimeDistributed' ? wrapped(layer) : [layer];
}
