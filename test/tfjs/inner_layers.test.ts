import * as tf from '@tensorflow/tfjs';
import { buildInner } from '../../src/tfjs/inner_layers';

test('the names of weights begin with that of the layer, only while it is built here', () => {
  const layer = tf.layers.dense({ units: 2, name: 'inner' });
  buildInner(layer, [null, 3]);
  expect(layer.weights.map(({ originalName }) => originalName)).toEqual([
    'inner/kernel',
    'inner/bias',
  ]);
  expect(Object.keys(layer)).not.toContain('addWeight');
  expect((layer.apply(tf.ones([1, 3])) as tf.Tensor).shape).toEqual([1, 2]);
});
