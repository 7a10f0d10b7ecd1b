import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { loadImages } from '../../../examples/support/images';
import { folder } from '../../../src/io/folder';
import { bitLinear, deploy } from '../../../src';

const EPOCHS = 3;

/** Saves a deployed ternary net, trained for seconds on the 10,000 test images of the real MNIST. */
export async function saveDigitModel(path: string): Promise<void> {
  await tf.setBackend('wasm');
  const { images, labels } = await loadImages('mnist', 't10k');
  const model = tf.sequential({
    layers: [
      bitLinear({ units: 128, inputShape: [784], kernelInitializer: seeded(1), useBias: false }),
      tf.layers.layerNormalization(),
      tf.layers.reLU(),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(2e-3), loss: 'sparseCategoricalCrossentropy' });
  await model.fit(images, labels, { epochs: EPOCHS, batchSize: 64, shuffle: false, verbose: 0 });
  await deploy(model).save(folder(path));
}

/** Saves a model that is not one for digits. */
export async function saveOtherModel(path: string): Promise<void> {
  const model = tf.sequential({ layers: [bitLinear({ units: 2, inputShape: [3] })] });
  await deploy(model).save(folder(path));
}

/** The same weights in each run. */
function seeded(seed: number) {
  return tf.initializers.glorotUniform({ seed });
}
