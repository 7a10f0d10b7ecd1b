import { setTimeout as sleep } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { engineInfo, packTernary, ternaryMatMul } from '../../src';
import { dying, firstInThreads, type Prepared } from '../support/first_in_threads';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';
import { printFigure } from './support/figures';

jest.setTimeout(300_000);

const [ROWS, INPUTS, UNITS] = [8, 2048, 2048];

/** Milliseconds, from the smallest to the largest. */
const ascending = (times: number[]) => [...times].sort((a, b) => a - b);

let prepared: Prepared;

beforeAll(() => {
  tf.env().set('BITCORE_THREADS', 2);
  prepared = firstInThreads(dying('process.exit()'));
});

function largeProduct() {
  const x = tf.tensor2d(randomFloats(ROWS * INPUTS, 1), [ROWS, INPUTS]);
  const ternary = tf.tensor2d(randomTernary(INPUTS * UNITS, 2), [INPUTS, UNITS]);
  const [packed, scale] = [packTernary(ternary), tf.tensor1d([0.5])];
  const compute = () => tf.tidy(() => ternaryMatMul({ x, packed, scale }).dataSync());
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
  ['cpu', 100],
  ['wasm', 20],
])('on %s, %i threads die in the middle of a product, each on its own', async (backend, kills) => {
  await tf.setBackend(backend);
  const { compute, expected } = largeProduct();
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
    `${backend}: ${products} products while ${kills} threads died in one: all right, ` +
      `${shortest.toFixed(0)} to ${longest.toFixed(0)} ms where one died`,
  );
  expect(longest).toBeLessThan(5000);
});

test('threads that live on take the places of the dead', async () => {
  prepared.restore();
  const { compute, expected } = largeProduct();
  const { shown: deaths } = prepared;
  // One of the others may be left.
  const last = deaths[0] + 1;
  for (let call = 0; call < 20; call++) {
    await waitForThreads();
    expectIdentical(compute(), expected);
  }
  expect(deaths[0]).toBeLessThanOrEqual(last);
});
