import * as tf from '@tensorflow/tfjs';
import { isHeld } from '../../src/tfjs/held_data';

test('data is held until its last tensor is disposed', () => {
  const a = tf.tensor1d([1, 2]);

  const b = tf.clone(a);
  // On wasm a clone has data of its own.
  const { dataId } = b;
  expect(isHeld(dataId)).toBe(true);
  a.dispose();
  expect(isHeld(dataId)).toBe(true);
  b.dispose();
  expect(isHeld(dataId)).toBe(false);
});
