import * as tf from '@tensorflow/tfjs';
import { hiddenLayers } from '../../src/topology/hidden_layers';

const classesIn = (layer: tf.layers.Layer) => hiddenLayers(layer).map((h) => h.getClassName());

/** Holds layers in every way that a layer may. */
class Holding extends tf.layers.Layer {
  static readonly className = 'Holding';
  readonly list = [tf.layers.dense({ units: 1, name: 'listed' })];
  readonly record = { inner: { layer: tf.layers.dense({ units: 1, name: 'recorded' }) } };
  readonly map = new Map([['a', tf.layers.dense({ units: 1, name: 'mapped' })]]);
  readonly set = new Set([tf.layers.dense({ units: 1, name: 'in a set' })]);
  readonly self = { again: this as unknown };
}

test('of recurrent layers of tfjs: cells; what Bidirectional was given, and its two copies', () => {
  expect(classesIn(tf.layers.lstm({ units: 1 }))).toEqual(['LSTMCell']);
  const cell = tf.layers.stackedRNNCells({
    cells: [tf.layers.gruCell({ units: 1 }), tf.layers.simpleRNNCell({ units: 1 })],
  });
  expect(classesIn(tf.layers.rnn({ cell } as never)).sort()).toEqual([
    'GRUCell',
    'SimpleRNNCell',
    'StackedRNNCells',
  ]);
  const layer = tf.layers.gru({ units: 1 }) as never;
  expect(classesIn(tf.layers.bidirectional({ layer, mergeMode: 'concat' })).sort()).toEqual([
    ...Array(3).fill('GRU'),
    ...Array(3).fill('GRUCell'),
  ]);
});

test('in fields, lists, objects, maps and sets, each once and without the layer itself', () => {
  const layer = new Holding({});
  const names = hiddenLayers(layer).map(({ name }) => name);
  expect(names.sort()).toEqual(['in a set', 'listed', 'mapped', 'recorded']);
});

test('none in a layer that holds none, also once it is part of a model', () => {
  const layers = [tf.layers.dense({ units: 1, inputShape: [1] }), tf.layers.dense({ units: 1 })];
  tf.sequential({ layers });
  for (const layer of layers) expect(hiddenLayers(layer)).toEqual([]);
});
