import * as tf from '@tensorflow/tfjs';
import { activationsOf } from '../../src/tfjs/activations';

const namesIn = (layer: tf.layers.Layer) => activationsOf(layer).map((a) => a.getClassName());

test('layers keep their activations as objects in fields of their own', () => {
  expect(namesIn(tf.layers.dense({ units: 1, activation: 'tanh' }))).toEqual(['tanh']);
  expect(namesIn(tf.layers.activation({ activation: 'softmax' }))).toEqual(['softmax']);
  const convolution = tf.layers.conv2d({ filters: 1, kernelSize: 1, activation: 'relu' });
  expect(namesIn(convolution)).toEqual(['relu']);
  const { cell } = tf.layers.lstm({
    units: 1,
    activation: 'elu',
    recurrentActivation: 'sigmoid',
  }) as unknown as { cell: tf.layers.Layer };
  expect(namesIn(cell)).toEqual(['elu', 'sigmoid']);
});

test('layers without one have none', () => {
  expect(namesIn(tf.layers.dense({ units: 1 }))).toEqual(['linear']);
  expect(namesIn(tf.layers.flatten())).toEqual([]);
});
