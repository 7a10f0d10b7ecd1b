import * as tf from '@tensorflow/tfjs';
import { CONV2D_OPTIONS } from '../../src/layers/tfjs_options';
import { Conv2D, type Conv2DLayer } from '../../src/tfjs/conv2d';

function conv2d(options = {}): Conv2DLayer {
  const layer: tf.layers.Layer = tf.layers.conv2d({
    ...{ filters: 2, kernelSize: 3, name: 'c', ...options },
  });
  return layer as Conv2DLayer;
}

test('is the class of the layers that tf.layers.conv2d makes, and of saved models', () => {
  expect(conv2d().constructor).toBe(Conv2D);
  expect(Conv2D.className).toBe('Conv2D');
  expect(tf.serialization.SerializationMap.getMap().classNameMap['Conv2D']![0]).toBe(Conv2D);
});

test('does not use up an automatic name', () => {
  expect(tf.layers.conv2d({ filters: 1, kernelSize: 1 }).name).toBe('conv2d_Conv2D1');
});

test('has these fields, those of weights once it is built', () => {
  const layer = conv2d({ activation: 'relu', strides: [2, 1], padding: 'same' });
  expect([layer.filters, layer.useBias, layer.kernel, layer.bias]).toEqual([2, true, null, null]);
  expect([layer.kernelSize, layer.strides, layer.dilationRate]).toEqual([[3, 3], [2, 1], [1, 1]]);
  expect([layer.padding, layer.dataFormat]).toEqual(['same', 'channelsLast']);
  expect(layer.activation.getClassName()).toBe('relu');
  layer.apply(tf.ones([1, 4, 4, 5]));
  expect(layer.weights).toEqual([layer.kernel, layer.bias]);
  expect([layer.kernel!.shape, layer.bias!.shape]).toEqual([[3, 3, 5, 2], [2]]);
}); // prettier-ignore

test('takes no other options than these', () => {
  const saved = Object.keys(conv2d().getConfig());
  expect(saved.filter((name) => !(name in CONV2D_OPTIONS))).toEqual([]);
});
