import * as tf from '@tensorflow/tfjs';
import { innermostInputShape, innermostLayer, wrappedLayer } from '../../src/tfjs/wrapped_layer';

test('TimeDistributed has the very layer that it was given', () => {
  const layer = tf.layers.dense({ units: 1 });
  const wrapper = tf.layers.timeDistributed({ layer });
  const outer = tf.layers.timeDistributed({ layer: wrapper });
  expect(wrappedLayer(outer)).toBe(wrapper);
  expect(wrappedLayer(wrapper)).toBe(layer);
  expect(innermostLayer(outer)).toBe(layer);
  outer.apply(tf.input({ shape: [2, 3, 4] }));
  expect(innermostLayer(outer)).toBe(layer);
  expect(outer.weights).toEqual(layer.weights);
});

test('it runs its layer once for each step of axis 1', () => {
  const layer = tf.layers.dense({ units: 5, inputShape: [4] });
  const call = jest.fn();
  layer.setCallHook(call);
  const y = tf.layers.timeDistributed({ layer }).apply(tf.zeros([2, 3, 4])) as tf.Tensor;
  expect(y.shape).toEqual([2, 3, 5]);
  expect(call).toHaveBeenCalledTimes(3);
});

test('each wrapper gives its layer a shape without axis 1', () => {
  const layer = tf.layers.layerNormalization({ axis: -1 });
  const build = jest.spyOn(layer, 'build');
  const outer = tf.layers.timeDistributed({ layer: tf.layers.timeDistributed({ layer }) });
  outer.apply(tf.input({ shape: [2, 3, 4] }));
  expect(innermostInputShape(outer, [null, 2, 3, 4])).toEqual(build.mock.calls[0][0]);
  expect(innermostInputShape(layer, [null, 4])).toEqual([null, 4]);
});

test('other layers, Bidirectional among them, wrap none', () => {
  const lstm = tf.layers.lstm({ units: 1 });
  const bidirectional = tf.layers.bidirectional({ layer: lstm as never, mergeMode: 'concat' });
  for (const layer of [lstm, bidirectional, tf.layers.dense({ units: 1 })]) {
    expect(wrappedLayer(layer)).toBeUndefined();
    expect(innermostLayer(layer)).toBe(layer);
  }
});
