import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { scaledDotProductAttention } from '../../src';
import type { Attention } from '../../src/engine/attention/attention';
import { attentionModule } from '../../src/engine/attention/module';
import { attendPortable } from '../../src/engine/attention/portable';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { attention } from '../../src/ops/attention';
import {
  ATTENTION_GRID_HASH,
  attentionCases,
  attentionReference,
  type AttentionCase,
} from '../support/attention_grid';
import { hashOf } from '../support/normalization_grid';
import {
  expectClose,
  expectIdentical,
  randomFloats,
  randomTensor,
  valuesOf,
} from '../support/values';

afterEach(() => tf.env().set('BITCORE_USE_WASM_SIMD', true));

/** By the op. */
function attended({ heads, queries, keys, width, causal, ...values }: AttentionCase): tf.Tensor {
  const q = tf.tensor(values.q, [1, queries, heads, width]);
  const [k, v] = [values.k, values.v].map((x) => tf.tensor(x, [1, keys, heads, width]));
  const mask = values.mask && tf.tensor(values.mask, [1, keys]);
  return scaledDotProductAttention({ q, k, v, mask, causal });
}

function portable(
  { heads, queries, keys, width, causal, ...values }: AttentionCase,
  slopes?: Float32Array,
): Float32Array {
  const y = new Float32Array(values.q.length);
  const scale = 1 / Math.sqrt(width);
  const sizes = {
    examples: 1,
    heads,
    queries,
    keys,
    keyWidth: width,
    valueWidth: width,
    scale,
    causal,
  };
  attendPortable({ ...values, slopes, sizes } satisfies Attention, y);
  return y;
}

/** Says which case failed. */
function inEach(check: (each: AttentionCase) => void): void {
  for (const each of attentionCases()) {
    try {
      tf.tidy(() => check(each));
    } catch (error) {
      throw new Error(`${each.name}: ${(error as Error).message}`);
    }
  }
}

/** Small operands of ordinary numbers. */
function example(changes: Partial<AttentionCase> = {}): AttentionCase {
  const [heads, queries, keys, width] = [2, 20, 40, 5];
  const numbers = (count: number, seed: number) => randomFloats(count * heads * width, seed);
  const [q, k, v] = [numbers(queries, 1), numbers(keys, 2), numbers(keys, 3)];
  const sizes = { name: '', heads, queries, keys, width, causal: false };
  return { ...sizes, q, k, v, mask: undefined, ...changes };
}

const outputs = (each: AttentionCase) => valuesOf(attended(each)) as Float32Array;

test('WebAssembly computes where it is not forbidden', () => {
  expect(attentionModule.on(ownMemoryEngine().memory)).toBeDefined();
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  expect(attentionModule.on(ownMemoryEngine().memory)).toBeUndefined();
});

test('the op gives the same floats everywhere, within 1e-6 of float64', () => {
  let hash: number | undefined;
  let most = 0;
  inEach((each) => {
    const actual = outputs(each);
    hash = hashOf(actual, hash);
    const expected = attentionReference(each);
    const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const error = actual.reduce((a, value, i) => Math.max(a, Math.abs(value - expected[i])), 0);
    const isClose = error <= 1e-6 * largest + 2 ** -149; // the smallest float32
    if (largest > 1e-30) most = Math.max(most, error / largest);
    if (!isClose) throw new Error(`the error is ${error} of ${largest}.`);
    expectIdentical(portable(each), actual);
  });
  expect(most).toBeLessThan(1e-6);
  expect(hash).toBe(ATTENTION_GRID_HASH);
});

test.each([true, false])('NaN stays in its row, WebAssembly allowed: %s', (allowed) => {
  tf.env().set('BITCORE_USE_WASM_SIMD', allowed);
  const each = example();
  const expected = outputs(each);
  const row = (values: Float32Array, i: number) => values.subarray(i * 10, (i + 1) * 10);
  each.q.fill(NaN, 30, 40); // the fourth query, in both heads
  const actual = outputs(each);
  expect(row(actual, 3).every(Number.isNaN)).toBe(true);
  for (const i of [0, 1, 2, 4, 5, 19]) expectIdentical(row(actual, i), row(expected, i));
});

test.each([true, false])('NaN in keys and values, WebAssembly allowed: %s', (allowed) => {
  tf.env().set('BITCORE_USE_WASM_SIMD', allowed);
  const inKey = example({ causal: true });
  inKey.k[25 * 10] = NaN; // key 25, first head; query 5 stands at it
  expect([...outputs(inKey)].map(Number.isNaN)).toEqual(
    Array.from({ length: 200 }, (_, i) => i >= 50 && i % 10 < 5),
  );
  const inValue = example({ causal: true });
  inValue.v[25 * 10 + 2] = NaN;
  expect([...outputs(inValue)].map(Number.isNaN)).toEqual(
    Array.from({ length: 200 }, (_, i) => i >= 50 && i % 10 === 2),
  );
});

test.each([true, false])('infinite scores, WebAssembly allowed: %s', (allowed) => {
  tf.env().set('BITCORE_USE_WASM_SIMD', allowed);
  const each = example({ q: new Float32Array(200).fill(1), k: new Float32Array(400).fill(0.5) });
  const without = example({ ...each, mask: new Float32Array(40).fill(1).fill(0, 0, 32) });
  each.k.fill(-Infinity, 0, 320); // a whole block first
  expectIdentical(outputs(each), outputs(without));
  each.k.fill(-Infinity);
  expect(outputs(each).every(Number.isNaN)).toBe(true);
  each.k.fill(0.5).fill(Infinity, 330, 340);
  expect(outputs(each).every(Number.isNaN)).toBe(true);
});

test('hidden keys count as if they did not exist, whatever they hold', () => {
  const mask = new Float32Array(40).map((_, i) => Number(i % 7 < 4));
  const each = example({ mask });
  const kept = (values: Float32Array) =>
    values.filter((_, i) => mask[Math.floor(i / 10)] === 1).slice();
  const [k, v] = [kept(each.k), kept(each.v)];
  const expected = outputs(example({ k, v, keys: k.length / 10 }));
  for (const values of [each.k, each.v]) {
    values.forEach((_, i) => mask[Math.floor(i / 10)] === 0 && (values[i] = NaN));
  }
  expectIdentical(outputs(each), expected);
});

test('each example has its own mask; values may have another width than keys', () => {
  const [q, k] = [1, 2].map((seed) => tf.tensor(randomFloats(2 * 6 * 3 * 4, seed), [2, 6, 3, 4]));
  const v = tf.tensor(randomFloats(2 * 6 * 3 * 9, 3), [2, 6, 3, 9]);
  const mask = tf.tensor2d([[1, 1, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1]], [2, 6], 'bool'); // prettier-ignore
  const both = scaledDotProductAttention({ q, k, v, mask, causal: true });
  expect(both.shape).toEqual([2, 6, 3, 9]);
  for (const i of [0, 1]) {
    const part = (x: tf.Tensor) => tf.slice(x, [i], [1]);
    const operands = { q: part(q), k: part(k), v: part(v), mask: part(mask), causal: true };
    expectIdentical(scaledDotProductAttention(operands), part(both));
  }
  // The first three queries of the second example see no key.
  expect([...tf.slice(both, [1]).dataSync()].slice(0, 81).every((value) => value === 0)).toBe(true);
});

test('slopes, with the nearest keys hidden: the same floats, within 1e-6 of float64', () => {
  const each = example({ causal: true, mask: new Float32Array(40).map((_, i) => Number(i < 15)) });
  const slopes = Float32Array.of(0.3, 16.5);
  const { heads, queries, keys, width, q, k, v, mask } = each;
  const tensors = {
    q: tf.tensor(q, [1, queries, heads, width]),
    k: tf.tensor(k, [1, keys, heads, width]),
    v: tf.tensor(v, [1, keys, heads, width]),
    mask: tf.tensor(mask!, [1, keys]),
    slopes: tf.tensor1d(slopes),
  };
  const actual = valuesOf(attention(tensors, { scale: 1 / Math.sqrt(width), causal: true }));
  expectIdentical(portable(each, slopes), actual);
  expectClose(actual, attentionReference(each, slopes), 1e-6);
});

test('threads share the heads of all examples', () => {
  const [examples, positions, heads, width] = [3, 120, 4, 64];
  const shape: [number, number, number, number] = [examples, positions, heads, width];
  const [q, k, v] = [1, 2, 3].map((seed) => randomTensor(shape, seed));
  const mask = tf.cast(tf.greater(randomTensor([examples, positions], 4), -0.5), 'float32');
  expect(ownMemoryEngine().threads.mayShare(examples * heads * positions ** 2 * 2 * width)).toBe(
    availableParallelism() > 1,
  );
  const shared = scaledDotProductAttention({ q, k, v, mask, causal: true });
  for (let example = 0; example < examples; example++) {
    for (let head = 0; head < heads; head++) {
      // So little that no other thread takes part.
      const part = (x: tf.Tensor) => tf.slice(x, [example, 0, head], [1, positions, 1]);
      const alone = { q: part(q), k: part(k), v: part(v), mask: tf.slice(mask, example, 1) };
      expectIdentical(scaledDotProductAttention({ ...alone, causal: true }), part(shared));
    }
  }
});

test('nothing to compute', () => {
  const [none, some] = [tf.zeros([2, 0, 3, 4]), tf.ones([2, 5, 3, 4])];
  expect(scaledDotProductAttention({ q: none, k: some, v: some }).shape).toEqual([2, 0, 3, 4]);
  const y = scaledDotProductAttention({ q: some, k: none, v: none });
  expectIdentical(y, tf.zeros([2, 5, 3, 4]));
  const empty = tf.zeros([0, 5, 3, 4]);
  expect(scaledDotProductAttention({ q: empty, k: empty, v: empty }).shape).toEqual([0, 5, 3, 4]);
});
