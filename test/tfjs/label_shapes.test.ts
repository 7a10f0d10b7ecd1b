import * as tf from '@tensorflow/tfjs';
import { ofAnyLabels } from '../../src/tfjs/label_shapes';

const x = () => tf.ones([4, 3]);
const labels = () => tf.tensor1d([1, 2, 3, 4]);

const layered = (): tf.layers.Layer => tf.layers.dense({ units: 2, inputShape: [3] });
const sequential = () => tf.sequential({ layers: [layered()] });
function functional(): tf.LayersModel {
  const inputs = tf.input({ shape: [3] });
  return tf.model({ inputs, outputs: layered().apply(inputs) as tf.SymbolicTensor });
}

/** Gives what it sees of the labels. */
function loss(seen: number[][]) {
  return (y: tf.Tensor, output: tf.Tensor) => {
    seen.push(y.shape);
    return tf.add(tf.mean(output), tf.mean(y));
  };
}

describe.each([
  ['Sequential', sequential],
  ['LayersModel', functional],
])('%s', (_name, make) => {
  test('labels of another shape reach a loss of any labels, in all ways to train and evaluate', async () => {
    const seen: number[][] = [];
    const model = make();
    model.compile({ optimizer: tf.train.sgd(0), loss: ofAnyLabels(loss(seen)) });
    const validationData: [tf.Tensor, tf.Tensor] = [x(), labels()];
    await model.fit(x(), labels(), { batchSize: 2, epochs: 1, verbose: 0, validationData });
    await model.trainOnBatch(x(), labels());
    model.evaluate(x(), labels());
    const batches = tf.data.array([{ xs: x(), ys: labels() }]);
    await model.fitDataset(batches, { epochs: 1, verbose: 0 });
    const inFit = Array.from({ length: 4 }, () => [2, 1]);
    expect(seen).toEqual([...inFit, [4, 1], [4, 1], [4]]);
  });

  test('and tfjs refuses them for every other loss, also after compiling anew', async () => {
    const model = make();
    const message = /expected a batch of elements where each example has shape \[2\]/;
    for (const other of [loss([]), 'meanSquaredError']) {
      model.compile({ optimizer: 'sgd', loss: ofAnyLabels(loss([])) });
      model.compile({ optimizer: 'sgd', loss: other as string });
      await expect(model.fit(x(), labels(), { verbose: 0 })).rejects.toThrow(message);
    }
  });
});
