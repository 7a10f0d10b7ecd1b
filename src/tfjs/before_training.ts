import { LayersModel, Sequential } from '@tensorflow/tfjs-layers';

/*
 * Relies on `fit`, `fitDataset` and `trainOnBatch` as methods of the two classes from which tfjs makes
 * models, and on the fact that all training goes through one of them. The file replaces these methods,
 * because tfjs 4.22 has no other place that knows the model before it trains:
 *
 * - `compile` is also called for evaluation, and is not called again for a layer that is deployed later;
 * - tfjs calls no layer and no callback of a model before it collects the variables to train, and without
 *   any variable the step ends in `variableGrads`, before the forward pass;
 * - the protected `makeTrainFunction`, which all three methods call, would be one method of one class. But
 *   in a Sequential it belongs to an inner model, whose name the user has never seen.
 *
 * It changes the classes because plain `tf.loadLayersModel` makes the models that are loaded.
 */
const TRAINING_METHODS = ['fit', 'fitDataset', 'trainOnBatch'] as const;

type Train = (this: LayersModel, ...args: unknown[]) => Promise<unknown>;
type Trainable = Record<(typeof TRAINING_METHODS)[number], Train>;

/** Lets `check` throw an error, in the promise that tfjs returns, before any model trains. */
export function beforeTraining(check: (model: LayersModel) => void): void {
  for (const { prototype } of [Sequential, LayersModel]) {
    for (const method of TRAINING_METHODS) {
      wrap(prototype as unknown as Trainable, method, check);
    }
  }
}

function wrap(
  prototype: Trainable,
  method: keyof Trainable,
  check: (model: LayersModel) => void,
): void {
  const train = prototype[method];
  prototype[method] = async function (...args) {
    check(this);
    return train.apply(this, args);
  };
}
