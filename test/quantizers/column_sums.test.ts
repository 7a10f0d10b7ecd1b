import * as tf from '@tensorflow/tfjs';
import '../../src';
import { columnSums as sumsOfArrays } from '../../src/engine/column_sums';
import { columnSums } from '../../src/quantizers/kernel/column_sums';
import { expectClose, expectIdentical, randomFloats } from '../support/values';

/** The last ones are so large that TensorFlow adds blocks, the first time and again, with rows that remain. */
const SHAPES = [
  [1, 1],
  [7, 5],
  [8, 3],
  [9, 1],
  [71, 10],
  [785, 131],
  [1030, 131],
  [8209, 129],
] as const;

const sumsOf = (x: Float32Array, shape: readonly [number, number]) =>
  tf.tidy(() => columnSums(tf.tensor2d(x, [...shape])).dataSync());

describe.each(SHAPES)('%i x %i', (rows, columns) => {
  const shape = [rows, columns] as const;

  test('every backend adds in the written order', () => {
    const x = randomFloats(rows * columns, rows);
    expectIdentical(sumsOf(x, shape), sumsOfArrays(x, rows, columns));
  });

  test('each column is summed', () => {
    const x = randomFloats(rows * columns, columns);
    const expected = new Float64Array(columns);
    x.forEach((value, i) => (expected[i % columns] += value));
    expectClose(sumsOf(x, shape), expected, 1e-6 * Math.sqrt(rows));
  });

  test('NaN and infinity stay in their columns', () => {
    const x = new Float32Array(rows * columns).fill(1);
    x[0] = Infinity;
    x[x.length - 1] = NaN;
    const actual = [...sumsOf(x, shape)];
    const expected = new Array<number>(columns).fill(rows);
    expected[0] = Infinity;
    expected[columns - 1] = NaN;
    expect(actual).toEqual(expected);
  });
});

test('the order: eight blocks, their sum in the same way, and the rows that remain', () => {
  // Added from left to right, 2 ** 24 takes every 1 that comes after it, and loses it.
  const large = 2 ** 24;
  const x = Float32Array.from({ length: 19 }, (_, i) => (i === 0 ? large : 1));
  // Two rows a block: the first of each give 2 ** 24, the second ones 8; then three rows, each of which is lost.
  expect([...sumsOf(x, [19, 1])]).toEqual([large + 8]);
});

test('no tensor is left behind', () => {
  const x = tf.tensor2d(randomFloats(2000 * 100, 1), [2000, 100]);
  const { numTensors, numDataBuffers } = tf.memory();
  columnSums(x).dispose();
  expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
  x.dispose();
});

test('the gradient of a sum is that of each of its addends', () => {
  const dx = tf.grad((x) => columnSums(x))(tf.ones([9, 2]), tf.tensor1d([3, -5]));
  expect(dx.arraySync()).toEqual(Array.from({ length: 9 }, () => [3, -5]));
});
