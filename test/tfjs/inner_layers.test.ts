import * as tf from '@tensorflow/tfjs';
import { buildInner } from '../../src/tfjs/inner_layers';

test('the names of weights begin with that of the layer, only while it is built here', () => {
  const layer = tf.layers.dense({ units: 2, name: 'inner' });
  buildInner(tf.layers.activation({ activation: 'relu' }), layer, [null, 3]);
  expect(layer.weights.map(({ originalName }) => originalName)).toEqual([
    'inner/kernel',
    'inner/bias',
  ]);
  expect(Object.keys(layer)).not.toContain('addWeight');
  expect((layer.apply(tf.ones([1, 3])) as tf.Tensor).shape).toEqual([1, 2]);
});

test('a layer that is built inside one that is built here has both names', () => {
  const [outer, middle, inner] = ['outer', 'middle', 'inner'].map((name) =>
    tf.layers.dense({ units: 2, name }),
  );
  const buildMiddle = middle!.build.bind(middle);
  middle!.build = (shape) => {
    buildInner(middle!, inner!, shape);
    buildMiddle(shape);
  };
  buildInner(outer!, middle!, [null, 3]);
  expect(middle!.weights.map(({ originalName }) => originalName)).toEqual([
    'middle/inner/kernel',
    'middle/inner/bias',
    'middle/kernel',
    'middle/bias',
  ]);
});

test('the variables are frozen with the outer layer, and with a model that holds it', () => {
  const outer = tf.layers.activation({ activation: 'relu', inputShape: [3] });
  const inner = tf.layers.dense({ units: 2 });
  buildInner(outer, inner, [null, 3]);
  const areTrainable = () =>
    inner.weights.map((weight) => (weight as unknown as { trainable: boolean }).trainable);
  const model = tf.sequential({ layers: [outer] });
  for (const holder of [outer, model]) {
    holder.trainable = false;
    expect(areTrainable()).toEqual([false, false]);
    holder.trainable = true;
    expect(areTrainable()).toEqual([true, true]);
  }
});
