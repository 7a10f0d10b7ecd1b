import { setTimeout as sleep } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { engineInfo, packTernary, scaledDotProductAttention, ternaryMatMul } from '../../src';
import { dying, firstInThreads, type Prepared } from '../support/first_in_threads';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';
import { printFigure } from './support/figures';

jest.setTimeout(300_000);

/** Rows of products that are shared by outputs, and by rows. */
const FEW = 8;
const MANY = 128;
const [INPUTS, UNITS] = [2048, 2048];

/** Milliseconds, from the smallest to the largest. */
const ascending = (times: number[]) => [...times].sort((a, b) => a - b);

let prepared: Prepared;

beforeAll(() => {
  tf.env().set('BITCORE_THREADS', 2);
  prepared = firstInThreads(dying('process.exit()'));
});

function largeProduct(rows: number) {
  const x = tf.tensor2d(randomFloats(rows * INPUTS, 1), [rows, INPUTS]);
  const ternary = tf.tensor2d(randomTernary(INPUTS * UNITS, 2), [INPUTS, UNITS]);
  const [packed, scale] = [packTernary(ternary), tf.tensor1d([0.5])];
  return withExpected(() => ternaryMatMul({ x, packed, scale }));
}

function largeAttention() {
  const q = tf.tensor4d(randomFloats(200 * 8 * 64, 3), [1, 200, 8, 64]);
  return withExpected(() => scaledDotProductAttention({ q, k: q, v: q, causal: true }));
}

function withExpected(of: () => tf.Tensor) {
  const compute = () => tf.tidy(() => of().dataSync());
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  const expected = compute();
  tf.env().set('BITCORE_USE_WASM_SIMD', true);
  return { compute, expected };
}

/** Until then, the thread that replaces a dead one takes no part of a product. */
async function waitForThreads(): Promise<void> {
  while (engineInfo().threads < 2) await sleep(10);
}

test.each([
  ['cpu', 100, 'a product', () => largeProduct(FEW)],
  ['wasm', 10, 'a product', () => largeProduct(FEW)],
  ['cpu', 5, 'a product of many rows', () => largeProduct(MANY)],
  ['wasm', 5, 'attention', largeAttention],
])('on %s, %i threads die in the middle of %s, each on its own', async (...row) => {
  const [backend, kills, what, large] = row;
  await tf.setBackend(backend);
  const { compute, expected } = large();
  const { shown: deaths } = prepared;
  const last = deaths[0] + kills;
  const times: number[] = [];
  let products = 0;
  while (deaths[0] < last) {
    await waitForThreads();
    const before = deaths[0];
    const start = performance.now();
    const actual = compute();
    const time = performance.now() - start;
    expectIdentical(actual, expected);
    products++;
    if (deaths[0] > before) times.push(time);
  }
  const [shortest, longest] = [ascending(times)[0], ascending(times).at(-1)!];
  printFigure(
    `${backend}: ${what} ${products} times while ${kills} threads died in one: all right, ` +
      `${shortest.toFixed(0)} to ${longest.toFixed(0)} ms where one died`,
  );
  expect(longest).toBeLessThan(5000);
});

test('threads that live on take the places of the dead', async () => {
  prepared.restore();
  const { compute, expected } = largeProduct(FEW);
  const { shown: deaths } = prepared;
  // One of the others may be left.
  const last = deaths[0] + 1;
  for (let call = 0; call < 20; call++) {
    await waitForThreads();
    expectIdentical(compute(), expected);
  }
  expect(deaths[0]).toBeLessThanOrEqual(last);
});
