import * as tf from '@tensorflow/tfjs';
import { usesIn } from '../../src/tfjs/container_nodes';

test('a model knows how often it applies a layer, whatever other models do', () => {
  const [x, y] = [tf.input({ shape: [2] }), tf.input({ shape: [2] })];
  const layer = tf.layers.dense({ units: 2, name: 'dense' });
  const other = tf.layers.dense({ units: 2, name: 'dense_1' });
  const twice = layer.apply(layer.apply(other.apply(x))) as tf.SymbolicTensor;
  const model = tf.model({ inputs: x, outputs: twice });
  const once = tf.model({ inputs: y, outputs: layer.apply(y) as tf.SymbolicTensor });
  expect([usesIn(model, layer), usesIn(model, other)]).toEqual([2, 1]);
  expect([usesIn(once, layer), usesIn(once, other)]).toEqual([1, 0]);
  expect(layer.inboundNodes).toHaveLength(3);
});

test('a Sequential knows it once it is built, but for a first layer that is a model', () => {
  const first = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  const last = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  const model = tf.sequential({ layers: [first, last] });
  model.predict(tf.ones([1, 2]));
  expect(usesIn(model, first)).toBe(0);
  expect(usesIn(model, last)).toBe(1);
  expect(usesIn(model, first.layers[0]!)).toBe(1);
});
