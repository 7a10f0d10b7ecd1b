import type { layers, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** Layers that hand on the values they get. */
const HAND_ON = ['Dropout', 'Flatten', 'Permute', 'RepeatVector', 'Reshape'];

/**
 * The number below which the values of an input must be, because an Embedding takes them as indices; null if
 * none does. (An index beyond it would make a whole batch fail.)
 */
export function vocabularyOf(input: SymbolicTensor): number | null {
  const sizes = input.sourceLayer.outboundNodes.flatMap(({ inputTensors, outboundLayer }) => {
    const { outputTensors } = nodeOf(outboundLayer, inputTensors);
    return inputTensors.flatMap((tensor, i) =>
      tensor === input ? vocabularyIn(outboundLayer, i, outputTensors) : [],
    );
  });
  const known = sizes.filter((size) => size != null);
  return known.length === 0 ? null : Math.min(...known);
}

function nodeOf({ inboundNodes }: Layer, inputs: readonly SymbolicTensor[]) {
  return inboundNodes.find(({ inputTensors }) => inputTensors === inputs)!;
}

/** For what a layer takes as its input number `i`. */
function vocabularyIn(layer: Layer, i: number, outputs: SymbolicTensor[]): number | null {
  const model = layer as Layer & Partial<LayersModel>;
  if (model.inputLayers != null) return vocabularyOf(model.inputs![i]!);
  const name = layer.getClassName();
  if (name === 'Embedding') return layer.getConfig()['inputDim'] as number;
  const wrapped = (layer as Layer & { layer?: Layer }).layer;
  if (name === 'TimeDistributed' && wrapped != null) return vocabularyIn(wrapped, i, []);
  return HAND_ON.includes(name) && outputs.length === 1 ? vocabularyOf(outputs[0]!) : null;
}
