import { serialization } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/*
 * Relies on the fields `activation` and `recurrentActivation`, in which layers of tfjs keep the objects
 * whose names are strings in their configs.
 */

/** The activation functions that a layer holds itself. */
export function activationsOf(layer: layers.Layer): serialization.Serializable[] {
  const { activation, recurrentActivation } = layer as layers.Layer & Partial<Activations>;
  return [activation, recurrentActivation].filter(
    (field) => field instanceof serialization.Serializable,
  );
}

type Activations = Record<'activation' | 'recurrentActivation', unknown>;
