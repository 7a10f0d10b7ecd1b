import * as tf from '@tensorflow/tfjs';
import { hasStates, readStates, restoreStates } from '../../src/tfjs/layer_states';
import { memory } from '../support/leaks';
import { expectIdentical, randomTensor } from '../support/values';

const stateful = () => tf.layers.lstm({ units: 3, stateful: true, batchInputShape: [2, 4, 5] });

test('only stateful recurrent layers that are built have states', () => {
  const layer = stateful();
  expect(hasStates(layer)).toBe(false);
  layer.apply(tf.input({ batchShape: [2, 4, 5] }));
  expect(hasStates(layer)).toBe(true);
  const other = tf.layers.lstm({ units: 3 });
  other.apply(tf.input({ batchShape: [2, 4, 5] }));
  expect([hasStates(other), hasStates(tf.layers.dense({ units: 1 }))]).toEqual([false, false]);
});

test.each<[string, () => tf.layers.Layer]>([
  ['LSTM', stateful],
  ['GRU', () => tf.layers.gru({ units: 3, stateful: true })],
  ['SimpleRNN', () => tf.layers.simpleRNN({ units: 3, stateful: true })],
])('%s: a layer continues from the states that it is given back', (_title, make) => {
  const layer = make();
  layer.apply(tf.input({ batchShape: [2, 4, 5] }));
  if (!hasStates(layer)) throw new Error('has no states');
  const x = randomTensor([2, 4, 5]);
  const call = () => layer.apply(x) as tf.Tensor;
  call().dispose();
  const states = readStates(layer);
  const first = call();
  const before = memory();
  const second = call();
  restoreStates(layer, states);
  const again = call();
  expect([...again.dataSync()]).toEqual([...first.dataSync()]);
  expect([...second.dataSync()]).not.toEqual([...first.dataSync()]);
  tf.dispose([second, again]);
  expect(memory()).toEqual(before);
});

test('copies do not change with the layer, and outlive the tidy that they were made in', () => {
  const layer = stateful();
  layer.apply(tf.input({ batchShape: [2, 4, 5] }));
  if (!hasStates(layer)) throw new Error('has no states');
  const states = tf.tidy(() => readStates(layer));
  (layer.apply(randomTensor([2, 4, 5])) as tf.Tensor).dispose();
  for (const state of states) expectIdentical(state, tf.zeros([2, 3]));
  tf.tidy(() => restoreStates(layer, states));
  tf.dispose(states);
  for (const state of layer.getStates()) expectIdentical(state, tf.zeros([2, 3]));
});

test('states that are restored take no more memory, and decide the outputs of a model', () => {
  const layer = stateful();
  const model = tf.sequential({ layers: [layer] });
  if (!hasStates(layer)) throw new Error('has no states');
  expect(layer.getStates().map(({ shape }) => shape)).toEqual([
    [2, 3],
    [2, 3],
  ]);
  const x = randomTensor([2, 4, 5]);
  const output = () => [...tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync())];
  output();
  const after = readStates(layer);
  const second = output();
  const before = memory();
  restoreStates(layer, after);
  expect(memory()).toEqual(before);
  tf.dispose(after);
  expect(output()).toEqual(second);
  expect(output()).not.toEqual(second);
});
