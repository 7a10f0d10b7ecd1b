import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/*
 * Relies on `lossFunctions`, which `compile` makes from the losses that it receives, one for each output,
 * and which each training step and `evaluate` read anew.
 */

type LossFunction = (labels: Tensor, outputs: Tensor) => Tensor;

/** Replaces the losses of a compiled model; call it after `compile`, which sets them anew. */
export function wrapLosses(model: LayersModel, wrap: (loss: LossFunction) => LossFunction): void {
  model.lossFunctions = model.lossFunctions.map(wrap);
}
