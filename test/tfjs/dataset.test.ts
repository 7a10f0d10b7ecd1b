import * as tf from '@tensorflow/tfjs';
import { asDataset } from '../../src/tfjs/dataset';

/** Two batches a pass, and a record of what tfjs asked for. */
function twoBatches() {
  const asked = { iterators: 0, batches: [] as number[] };
  const source = {
    size: 2,
    async iterator() {
      const own = asked.iterators++;
      asked.batches[own] = 0;
      const batch = () => ({ xs: tf.ones([3, 2]), ys: tf.ones([3, 1]) });
      const next = async () =>
        asked.batches[own]!++ < 2
          ? { value: batch(), done: false }
          : { value: undefined, done: true };
      return { next };
    },
  };
  return { asked, dataset: asDataset(source) };
}

function compiled(): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

test('fitDataset takes an iterator for each epoch after one that it never uses, and asks for the size', async () => {
  const { asked, dataset } = twoBatches();
  const steps: unknown[] = [];
  const callback = new tf.CustomCallback({ onBatchEnd: (batch) => void steps.push(batch) });
  const { params } = await compiled().fitDataset(dataset, {
    epochs: 2,
    verbose: 0,
    callbacks: [callback],
  });
  expect(asked).toEqual({ iterators: 3, batches: [0, 3, 3] });
  expect(steps).toEqual([0, 1, 0, 1]);
  expect(params).toMatchObject({ epochs: 2, steps: 2 });
});

test('evaluateDataset takes one iterator', async () => {
  const { asked, dataset } = twoBatches();
  await compiled().evaluateDataset(dataset as never, {});
  expect(asked.iterators).toBe(1);
});
