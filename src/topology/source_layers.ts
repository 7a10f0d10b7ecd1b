import { LayersModel, type layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { tensorsBefore } from '../tfjs/layer_nodes';
import { innermostLayer } from '../tfjs/wrapped_layer';

/** A model that the walk has entered, and the tensors that it was applied to there. */
interface Entered {
  readonly model: LayersModel;
  readonly inputs: SymbolicTensor[];
  readonly around: Entered | undefined;
}

/**
 * The layers that a tensor comes from, each once. On every path backwards from the tensor, this is the first
 * layer for which `looksThrough` returns false. A path that finds no such layer ends at an input layer.
 *
 * Nested models and wrappers are not sources: the walk enters them at the output that was used, and leaves
 * them at the tensors that they were applied to in that use. It follows the uses that led to the tensor; in
 * its other uses, a shared layer may come from other layers.
 */
export function sourceLayers(
  tensor: SymbolicTensor,
  looksThrough: (layer: layers.Layer) => boolean,
): layers.Layer[] {
  return [...new Set(walk(tensor, looksThrough))];
}

function* walk(
  tensor: SymbolicTensor,
  looksThrough: (layer: layers.Layer) => boolean,
  entered?: Entered,
): Generator<layers.Layer> {
  const layer = innermostLayer(tensor.sourceLayer);
  const before = tensorsBefore(tensor);
  if (layer instanceof LayersModel) {
    const inside = { model: layer, inputs: before, around: entered };
    yield* walk(layer.outputs[tensor.tensorIndex]!, looksThrough, inside);
    return;
  }
  const outside = before.length === 0 ? tensorOutside(layer, entered) : undefined;
  if (outside != null) {
    yield* walk(outside, looksThrough, entered!.around);
  } else if (before.length > 0 && looksThrough(layer)) {
    for (const input of before) yield* walk(input, looksThrough, entered);
  } else {
    yield layer;
  }
}

/** The tensor in the model around that an input of the entered model stands for. */
function tensorOutside(
  input: layers.Layer,
  entered: Entered | undefined,
): SymbolicTensor | undefined {
  const index = entered?.model.inputs.findIndex(({ sourceLayer }) => sourceLayer === input) ?? -1;
  return entered?.inputs[index];
}
