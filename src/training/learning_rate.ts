import { type Optimizer, SGDOptimizer } from '@tensorflow/tfjs-core';

/** What tfjs's optimizers have, though its types say so only of SGD. */
type WithLearningRate = Optimizer & { learningRate?: number };

/** @returns the learning rate of an optimizer; undefined if it has none. */
export function learningRateOf(optimizer: Optimizer): number | undefined {
  const { learningRate } = optimizer as WithLearningRate;
  return typeof learningRate === 'number' ? learningRate : undefined;
}

/** SGD and momentum hold it in a tensor too, which their setter replaces. */
export function setLearningRate(optimizer: Optimizer, value: number): void {
  if (typeof (optimizer as SGDOptimizer).setLearningRate === 'function') {
    (optimizer as SGDOptimizer).setLearningRate(value);
  } else {
    (optimizer as WithLearningRate).learningRate = value;
  }
}
