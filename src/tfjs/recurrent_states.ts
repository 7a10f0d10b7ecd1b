import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/*
 * Relies on the methods of tfjs's recurrent layers that its types do not give a `tf.layers.Layer`:
 * `getStates()`, whose tensors are null until a stateful layer is built; `resetStates(states)`, which keeps
 * copies of the tensors and disposes of the earlier states; and the property `stateful`.
 */
type Recurrent = layers.Layer & {
  getStates(): Array<Tensor | null>;
  resetStates(states: Tensor[]): void;
};

/** The states that a stateful recurrent layer takes over from batch to batch; empty for all other layers. */
export function recurrentStates(layer: layers.Layer): Tensor[] {
  if (!layer.stateful || typeof (layer as Recurrent).getStates !== 'function') return [];
  return (layer as Recurrent).getStates().filter((state) => state != null);
}

/** Sets them to copies of tensors of the same shapes. */
export function setRecurrentStates(layer: layers.Layer, states: Tensor[]): void {
  (layer as Recurrent).resetStates(states);
}
