import * as tf from '@tensorflow/tfjs';
import { BATCH_NORM_OPTIONS } from '../../src/layers/batch_norm';
import {
  BatchNormalization,
  type BatchNormalizationLayer,
} from '../../src/tfjs/batch_normalization';

function norm(options = {}): BatchNormalizationLayer {
  const layer: tf.layers.Layer = tf.layers.batchNormalization({ name: 'n', ...options });
  return layer as BatchNormalizationLayer;
}

test('is the class of the layers that tf.layers.batchNormalization makes, and of saved models', () => {
  expect(norm().constructor).toBe(BatchNormalization);
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  expect(classNameMap['BatchNormalization']![0]).toBe(BatchNormalization);
});

test('has these fields, and those of weights once it is built', () => {
  const layer = norm();
  expect([layer.axis, layer.epsilon]).toEqual([-1, 1e-3]);
  layer.apply(tf.ones([2, 3, 4]));
  const { gamma, beta, movingMean, movingVariance } = layer;
  expect(layer.weights).toEqual([gamma, beta, movingMean, movingVariance]);
  const bare = norm({ scale: false, center: false });
  bare.apply(tf.ones([2, 3]));
  expect([bare.gamma ?? null, bare.beta ?? null]).toEqual([null, null]);
});

test('uses the statistics of the batch in training alone', () => {
  const layer = norm();
  const x = tf.tensor2d([[1], [3]]);
  const [inference, training] = [false, true].map((is) => layer.apply(x, { training: is }));
  expect((inference as tf.Tensor).dataSync()[0]).toBeGreaterThan(0.9);
  expect((training as tf.Tensor).dataSync()[0]).toBeLessThan(-0.9);
});

test('takes no other options than these', () => {
  const known = new Set<string>(Object.keys(BATCH_NORM_OPTIONS));
  expect(Object.keys(norm().getConfig()).filter((name) => !known.has(name))).toEqual([]);
});
