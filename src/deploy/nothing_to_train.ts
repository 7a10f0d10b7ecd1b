import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeTraining } from '../tfjs/before_training';
import { ternarySites } from '../topology/ternary_sites';

/**
 * Gives models an error that says why they cannot be trained once all their trainable weights are packed;
 * tfjs's own message is that variableGrads() found no variable. All other models train as before.
 */
function checkTrainable(model: LayersModel): void {
  if (model.trainableWeights.length > 0) return;
  if (!ternarySites(model).some(({ layer }) => layer.ternaryKernel.deployed)) return;
  throw new Error(
    `Model "${model.name}" has nothing left to train: its ternary layers are deployed, and it ` +
      'has no other trainable weights. Train the model it was made from, and deploy that again.',
  );
}

beforeTraining(checkTrainable);
