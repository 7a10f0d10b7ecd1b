import * as tf from '@tensorflow/tfjs';
import { recurrentStates, setRecurrentStates } from '../../src/tfjs/recurrent_states';
import { memory } from '../support/leaks';
import { randomTensor } from '../support/values';

function lstm(stateful: boolean) {
  const layer = tf.layers.lstm({ units: 3, stateful, batchInputShape: [2, 4, 5] });
  const model = tf.sequential({ layers: [layer] });
  return { layer, model };
}

test('a stateful layer has its states from the start, and others have none', () => {
  expect(recurrentStates(lstm(true).layer).map(({ shape }) => shape)).toEqual([
    [2, 3],
    [2, 3],
  ]);
  expect(recurrentStates(lstm(false).layer)).toEqual([]);
  expect(recurrentStates(tf.layers.dense({ units: 1 }))).toEqual([]);
  expect(recurrentStates(tf.layers.gru({ units: 1, stateful: true }))).toEqual([]);
});

test('states that are set are copies, decide the next output, and replace the earlier ones', () => {
  const { layer, model } = lstm(true);
  const x = randomTensor([2, 4, 5]);
  const output = () => [...tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync())];
  output();
  const after = recurrentStates(layer).map((state) => state.clone());
  const second = output();
  const before = memory();
  setRecurrentStates(layer, after);
  expect(memory()).toEqual(before);
  tf.dispose(after);
  expect(output()).toEqual(second);
  expect(output()).not.toEqual(second);
});
