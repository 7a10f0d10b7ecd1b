import { LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import { ternarySites, type TernarySite } from '../topology/ternary_sites';

const TRAINING_METHODS = ['fit', 'fitDataset', 'trainOnBatch'] as const;

/*
 * Makes tfjs's models say why they cannot be trained once all they had to train is packed; its own
 * message is that variableGrads() found no variable. It is done in their classes because plain
 * `tf.loadLayersModel` makes the models that are loaded. All others train as ever.
 */
for (const { prototype } of [Sequential, LayersModel]) {
  for (const name of TRAINING_METHODS) explain(prototype as never, name);
}

type Training = Record<(typeof TRAINING_METHODS)[number], (...args: unknown[]) => Promise<unknown>>;

function explain(prototype: Training, name: keyof Training): void {
  const train = prototype[name];
  prototype[name] = async function (this: LayersModel, ...args: unknown[]) {
    if (this.trainableWeights.length === 0 && ternarySites(this).some(isDeployed)) {
      throw new Error(
        `Model "${this.name}" has nothing left to train: its ternary layers are deployed, and it ` +
          'has no other trainable weights. Train the model it was made from, and deploy that again.',
      );
    }
    return train.apply(this, args);
  };
}

function isDeployed({ layer }: TernarySite): boolean {
  return layer.ternaryKernel.deployed;
}
export {};
