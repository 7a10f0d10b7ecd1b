import type { Optimizer, SGDOptimizer } from '@tensorflow/tfjs-core';

/*
 * Relies on the field `learningRate`, which all of tfjs's optimizers have and read at each step, although
 * their types declare it only for SGD. SGD and momentum compute with a tensor made from it instead, which
 * their method `setLearningRate` replaces.
 */
type WithLearningRate = Optimizer & { learningRate?: number };

/** @returns the learning rate of an optimizer; undefined if it has none. */
export function learningRateOf(optimizer: Optimizer): number | undefined {
  const { learningRate } = optimizer as WithLearningRate;
  return typeof learningRate === 'number' ? learningRate : undefined;
}

/** Sets it from the next step on. */
export function setLearningRate(optimizer: Optimizer, value: number): void {
  if (typeof (optimizer as SGDOptimizer).setLearningRate === 'function') {
    (optimizer as SGDOptimizer).setLearningRate(value);
  } else {
    (optimizer as WithLearningRate).learningRate = value;
  }
}
