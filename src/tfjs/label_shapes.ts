import type { Tensor } from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';

/*
 * Relies on `feedOutputShapes`, which `compile` makes anew for each output, and with which `fit`, `trainOnBatch` and
 * `evaluate` compare the labels: tfjs expects labels of the output's shape for every loss but its own sparse ones. It
 * compares nothing where the shape is null. `compile` of a Sequential calls that of its inner LayersModel.
 */

type LossFunction = (labels: Tensor, outputs: Tensor) => Tensor;

interface Compiled {
  readonly feedLossFns: readonly LossFunction[];
  feedOutputShapes: unknown[];
}

const losses = new WeakSet<LossFunction>();

/** The same loss, to which tfjs gives labels of any shape [batch, ...]; those of `fit` have rank 2 or more. */
export function ofAnyLabels<Loss extends LossFunction>(loss: Loss): Loss {
  losses.add(loss);
  return loss;
}

// At once: `model.compile({loss: ofAnyLabels(...)})` looks up `compile` before it makes the loss.
const { prototype } = LayersModel;
const { compile } = prototype;
prototype.compile = function (args) {
  compile.call(this, args);
  const compiled = this as unknown as Compiled;
  compiled.feedOutputShapes = compiled.feedOutputShapes.map((shape, i) =>
    losses.has(compiled.feedLossFns[i]!) ? null : shape,
  );
};
