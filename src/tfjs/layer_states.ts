import { clone, dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import { RNN, type layers } from '@tensorflow/tfjs-layers';

/*
 * Relies on how a recurrent layer with `stateful: true` keeps its states between calls: as a list of kept
 * tensors, which `getStates` returns without a copy, `setStates` replaces without freeing the earlier ones,
 * and the next call frees. The states are null before the layer is built.
 */

/** Whether a layer keeps states from one call to the next, and has some now. */
export function hasStates(layer: layers.Layer): layer is RNN {
  return (
    layer instanceof RNN && layer.stateful && layer.getStates().every((state) => state != null)
  );
}

/** Copies of the states of a layer, which the caller disposes of. */
export function readStates(layer: RNN): Tensor[] {
  return layer.getStates().map((state) => keep(clone(state)));
}

/** Gives a layer copies of these states, and frees those that it has. */
export function restoreStates(layer: RNN, states: readonly Tensor[]): void {
  dispose(layer.getStates());
  layer.setStates(states.map((state) => keep(clone(state))));
}
