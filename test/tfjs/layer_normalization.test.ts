import * as tf from '@tensorflow/tfjs';
import { LAYER_NORM_OPTIONS } from '../../src/layers/layer_norm';
import {
  LayerNormalization,
  type LayerNormalizationLayer,
} from '../../src/tfjs/layer_normalization';

function norm(options = {}): LayerNormalizationLayer {
  const layer: tf.layers.Layer = tf.layers.layerNormalization({ name: 'n', ...options });
  return layer as LayerNormalizationLayer;
}

test('is the class of the layers that tf.layers.layerNormalization makes, and of saved models', () => {
  expect(norm().constructor).toBe(LayerNormalization);
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  expect(classNameMap['LayerNormalization']![0]).toBe(LayerNormalization);
});

test('has these fields, those of weights once it is built, and then a list of axes from the first', () => {
  const layer = norm();
  expect([layer.axis, layer.epsilon]).toEqual([-1, 1e-3]);
  layer.apply(tf.ones([2, 3, 4]));
  expect(layer.axis).toEqual([2]);
  expect(layer.weights).toEqual([layer.gamma, layer.beta]);
  const bare = norm({ scale: false, center: false });
  bare.apply(tf.ones([2, 3]));
  expect([bare.gamma ?? null, bare.beta ?? null]).toEqual([null, null]);
});

test('writes into the list of axes that it was given', () => {
  const axis = [-1];
  norm({ axis }).apply(tf.ones([2, 3]));
  expect(axis).toEqual([1]);
});

test('takes no other options than these', () => {
  const known = new Set<string>(Object.keys(LAYER_NORM_OPTIONS));
  expect(Object.keys(norm().getConfig()).filter((name) => !known.has(name))).toEqual([]);
});
