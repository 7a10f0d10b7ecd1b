import * as tf from '@tensorflow/tfjs';
import { int8 } from '../../src/quantizers/input/int8';
import { quantizedRow } from '../support/product_reference';
import { expectIdentical, randomFloats, randomTensor } from '../support/values';

const f32 = Math.fround;

function quantize(row: number[], eps = 1e-5): { q: number[]; scale: number } {
  const { values, rowScale } = int8.quantize(tf.tensor2d([row]), eps);
  return { q: [...tf.add(values, 0).dataSync()], scale: rowScale.dataSync()[0] };
}

describe('int8 inputs', () => {
  test('halves round to even', () => {
    expect(quantize([127, 0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, -126.5])).toEqual({
      q: [127, 0, 2, 2, 4, 0, -2, -2, -126],
      scale: 1,
    });
  });

  test('a row of zeros gives zeros', () => {
    expect(quantize([0, 0, 0])).toEqual({ q: [0, 0, 0], scale: f32(f32(1e-5) / 127) });
  });

  test('below eps a row is quantized by eps', () => {
    expect(quantize([1e-6, -4e-7, 1e-8])).toEqual({
      q: [13, -5, 0],
      scale: f32(f32(1e-5) / 127),
    });
    expect(quantize([1, -1], 2).q).toEqual([64, -64]); // 63.5 to even
  });

  test('a single input gives 127 or -127', () => {
    expect(quantize([0.1]).q).toEqual([127]);
    expect(quantize([-3e38]).q).toEqual([-127]);
  });

  test('every row has its own scale', () => {
    const { values, rowScale } = int8.quantize(tf.tensor2d([[1, 2], [-40, 10]]), 1e-5); // prettier-ignore
    expectIdentical(values, [64, 127, -127, 32]);
    expectIdentical(rowScale, [f32(2 / 127), f32(40 / 127)]);
  });

  test('equals the definition for rows of every magnitude, and stays within +-127', () => {
    const rows = 200;
    const x = randomFloats(rows * 50, 3).map((value, i) => value * 10 ** (Math.floor(i / 50) / 3 - 30));
    const { values, rowScale } = int8.quantize(tf.tensor2d(x, [rows, 50]), 1e-30);
    const expected = Array.from({ length: rows }, (_, row) =>
      quantizedRow(x.slice(row * 50, (row + 1) * 50), 1e-30),
    );
    expectIdentical(values, expected.flatMap(({ q }) => [...q]));
    expectIdentical(rowScale, expected.map((row) => row.rowScale));
    expect(tf.max(tf.abs(values)).dataSync()[0]).toBe(127);
  }); // prettier-ignore

  test.each([NaN, Infinity, -Infinity])('a row with %p gets a NaN, other rows none', (value) => {
    const { values } = int8.quantize(tf.tensor2d([[1, value, 3], [1, 2, 3]]), 1e-5); // prettier-ignore
    const [first, second] = values.arraySync() as number[][];
    expect(first.some(Number.isNaN)).toBe(true);
    expect(second).toEqual([42, 85, 127]);
  });

  test('the gradient at q is passed on times 127 / m', () => {
    const x = tf.tensor2d([[1, 2], [0, 0]]); // prettier-ignore
    const dx = tf.grad((x) => int8.quantize(x as tf.Tensor2D, 1e-5).values)(x, tf.ones([2, 2]));
    const zeroRow = f32(127 / f32(1e-5));
    expectIdentical(dx, [63.5, 63.5, zeroRow, zeroRow]);
  });

  test('the bound on inputs keeps every sum below 2^24', () => {
    expect(int8.maxInFeatures).toBe(132_104);
    expect(127 * int8.maxInFeatures).toBeLessThan(2 ** 24);
    expect(127 * (int8.maxInFeatures + 1)).toBeGreaterThanOrEqual(2 ** 24);
  });

  test('gives the same integers again for its own output', () => {
    const { values } = int8.quantize(randomTensor([4, 30]) as tf.Tensor2D, 1e-5);
    expectIdentical(int8.quantize(values as tf.Tensor2D, 1e-5).values, values);
  });
});
