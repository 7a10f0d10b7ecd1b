import * as tf from '@tensorflow/tfjs';
import { refCount } from '../../src/tfjs/ref_count';

test('counts the uses of a layer, and frees the weights when the last is disposed of', () => {
  const layer = tf.layers.dense({ units: 2 });
  expect(refCount(layer)).toBe(0);
  layer.apply(tf.input({ shape: [2] }));
  layer.apply(tf.input({ shape: [2] }));
  expect(refCount(layer)).toBe(2);
  expect(layer.dispose().numDisposedVariables).toBe(0);
  expect(refCount(layer)).toBe(1);
  expect(layer.dispose().numDisposedVariables).toBe(2);
  expect(refCount(layer)).toBe(0);
  expect(() => layer.dispose()).toThrow('already disposed');
});

test('counts one use for a model, and one for each model around it', () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  expect(refCount(model)).toBe(1);
  model.apply(tf.input({ shape: [2] }));
  expect(refCount(model)).toBe(2);
});
