import * as tf from '@tensorflow/tfjs';

/** Mulberry32: the same numbers in [0, 1) for the same seed, on every backend and Node version. */
export function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function sizeOf(shape: number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

/** Floats in [-1, 1). */
export function randomFloats(count: number, seed: number): Float32Array {
  return generate(count, seed, (random) => 2 * random - 1);
}

export function randomTensor(shape: number[], seed = 1): tf.Tensor {
  return tf.tensor(randomFloats(sizeOf(shape), seed), shape);
}

/** Whole numbers from 0 on, below `bound`. */
export function wholeNumbers(shape: number[], bound: number): tf.Tensor {
  return tf.tidy(() => tf.floor(tf.mul(tf.abs(randomTensor(shape)), bound)));
}

/** Values in {-1, 0, 1}. */
export function randomTernary(count: number, seed: number): Float32Array {
  return generate(count, seed, (random) => Math.floor(3 * random) - 1);
}

function generate(count: number, seed: number, value: (random: number) => number): Float32Array {
  const random = randomSource(seed);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = value(random());
  return values;
}

/** The row-major transpose of a row-major matrix. */
export function transposed(values: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column];
    }
  }
  return result;
}

type Values = tf.Tensor | ArrayLike<number>;

export function valuesOf(values: Values): ArrayLike<number> {
  return values instanceof tf.Tensor ? values.dataSync() : values;
}

/** Every float equal by value: NaN equals NaN, +0 equals -0. Fails naming the first difference. */
export function expectIdentical(actual: Values, expected: Values): void {
  if (actual instanceof tf.Tensor && expected instanceof tf.Tensor) {
    expect(actual.shape).toEqual(expected.shape);
  }
  const [a, b] = [valuesOf(actual), valuesOf(expected)];
  expect(a.length).toBe(b.length);
  for (let i = 0; i < b.length; i++) {
    if (a[i] === b[i] || (Number.isNaN(a[i]) && Number.isNaN(b[i]))) continue;
    throw new Error(`Index ${i} of ${b.length}: got ${a[i]}, expected ${b[i]}.`);
  }
}

/** max|a - b| / max(1, max|b|), the measure of the golden values. */
export function difference(actual: Values, expected: Values): number {
  const [a, b] = [valuesOf(actual), valuesOf(expected)];
  expect(a.length).toBe(b.length);
  let [largest, scale] = [0, 1];
  for (let i = 0; i < b.length; i++) {
    const distance = Math.abs(a[i] - b[i]);
    largest = Math.max(largest, Number.isNaN(distance) ? Infinity : distance);
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return largest / scale;
}

export function expectClose(actual: Values, expected: Values, bound = 1e-5): void {
  expect(difference(actual, expected)).toBeLessThanOrEqual(bound);
}
