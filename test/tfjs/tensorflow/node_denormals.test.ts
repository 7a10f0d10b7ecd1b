import * as tf from '@tensorflow/tfjs';
import { withoutDenormals } from '../../../src/tfjs/node_denormals';

/*
 * What src/tfjs/node_denormals.ts takes for granted of TensorFlow.
 */

const VALUES = [2 ** -149, 1e-40, -1e-40, 2 ** -126 - 2 ** -149];
const OTHERS = [2 ** -126, -(2 ** -126), 0, -0, 1, -3e38, NaN, Infinity];

/** TensorFlow shares large sums between threads, which could be set otherwise. */
test.each([1, 100_000])('it adds denormal numbers as zeros: %i rows', (rows) => {
  const bias = tf.tensor1d([...VALUES, ...OTHERS]);
  const sums = tf.add(tf.zeros([rows, bias.size]), bias).dataSync();
  const expected = withoutDenormals(Float32Array.from([...VALUES, ...OTHERS]));
  sums.forEach((value, i) => {
    const other = expected[i % bias.size];
    if (!(value === other || (Number.isNaN(value) && Number.isNaN(other)))) {
      throw new Error(`Index ${i}: got ${value}, expected ${other}.`);
    }
  });
});

test('they become zeros, and no other value changes', () => {
  const values = Float32Array.from([...VALUES, ...OTHERS]);
  expect([...withoutDenormals(values)]).toEqual([
    ...VALUES.map(() => 0),
    ...OTHERS.map(Math.fround),
  ]);
  expect([...values]).toEqual([...Float32Array.from(VALUES), ...OTHERS.map(Math.fround)]);
});

test('values without them are not copied', () => {
  const values = Float32Array.from(OTHERS);
  expect(withoutDenormals(values)).toBe(values);
});
