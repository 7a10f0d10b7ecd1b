import { LayersModel, type layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { tensorsBefore } from '../tfjs/layer_nodes';
import { innermostLayer } from '../tfjs/wrapped_layer';

/** A model that the walk has entered, and what it was applied to there. */
interface Entered {
  readonly model: LayersModel;
  readonly inputs: SymbolicTensor[];
  readonly around: Entered | undefined;
}

/**
 * The layers that a tensor comes from, each once: on every way back from it the first layer that
 * `looksThrough` does not hold for. Where a way ends, that is an input layer.
 *
 * Nested models and wrappers are no sources: the walk enters them from the output that was used, and
 * leaves them by what they were applied to in that use. It follows the uses that led to the tensor; a
 * shared layer may come from other layers in its other uses.
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

/** What an input of the model that was entered stands for in the model around it. */
function tensorOutside(
  input: layers.Layer,
  entered: Entered | undefined,
): SymbolicTensor | undefined {
  const index = entered?.model.inputs.findIndex(({ sourceLayer }) => sourceLayer === input) ?? -1;
  return entered?.inputs[index];
}
