import * as tf from '@tensorflow/tfjs';

/** Each of tfjs's optimizers, at a learning rate. */
export const OPTIMIZERS: Record<string, (learningRate: number) => tf.Optimizer> = {
  sgd: (rate) => tf.train.sgd(rate),
  momentum: (rate) => tf.train.momentum(rate, 0.9),
  adam: (rate) => tf.train.adam(rate),
  adamax: (rate) => tf.train.adamax(rate),
  // Where it is centered, tfjs subtracts epsilon below the root: one above 0 gives NaN for a gradient of 0.
  rmsprop: (rate) => tf.train.rmsprop(rate, 0.9, 0.5, -1e-3, true),
  adagrad: (rate) => tf.train.adagrad(rate),
  adadelta: (rate) => tf.train.adadelta(rate),
};
