import type { Optimizer, serialization } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/*
 * Relies on `isOptimizerOwned`, which tells a model whether to dispose of its optimizer together with itself;
 * tfjs sets it in `compile` if the optimizer was given by name. It also relies on `fromConfig` of an
 * optimizer's own class, which tfjs types for abstract classes only.
 */

/** A new optimizer of the same class and settings, without the state of training. */
export function copyOptimizer(optimizer: Optimizer): Optimizer {
  const optimizerClass = optimizer.constructor as typeof Optimizer;
  const cls = optimizerClass as unknown as serialization.SerializableConstructor<Optimizer>;
  return optimizerClass.fromConfig(cls, optimizer.getConfig());
}

/** Lets a compiled model dispose of its optimizer, as if the optimizer had been given by name. */
export function ownOptimizer(model: LayersModel): void {
  (model as unknown as { isOptimizerOwned: boolean }).isOptimizerOwned = true;
}
