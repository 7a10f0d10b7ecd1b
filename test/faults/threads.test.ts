import { setTimeout as sleep } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { engineInfo, packTernary, ternaryMatMul } from '../../src';
import { dying, firstInThreads } from '../support/first_in_threads';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';
import { printFigure } from './support/figures';

jest.setTimeout(300_000);

const KILLS = 100;
const [ROWS, INPUTS, UNITS] = [8, 2048, 2048];

/** Milliseconds, from the smallest to the largest. */
const ascending = (times: number[]) => [...times].sort((a, b) => a - b);

beforeAll(() => tf.env().set('BITCORE_THREADS', 2));

test.each(['cpu', 'wasm'])(
  `on %s, ${KILLS} threads die in a product, each on its own`,
  async (backend) => {
    await tf.setBackend(backend);
    const x = tf.tensor2d(randomFloats(ROWS * INPUTS, 1), [ROWS, INPUTS]);
    const ternary = tf.tensor2d(randomTernary(INPUTS * UNITS, 2), [INPUTS, UNITS]);
    const [packed, scale] = [packTernary(ternary), tf.tensor1d([0.5])];
    const compute = () => tf.tidy(() => ternaryMatMul({ x, packed, scale }).dataSync());
    tf.env().set('BITCORE_USE_WASM_SIMD', false);
    const expected = compute();
    tf.env().set('BITCORE_USE_WASM_SIMD', true);

    const { shown: deaths, restore } = firstInThreads(dying('process.exit()'));
    const times: number[] = [];
    let products = 0;
    while (deaths[0] < KILLS) {
      // The thread that replaces a dead one is up, so that it takes a part of the product.
      while (engineInfo().threads < 2) await sleep(10);
      const before = deaths[0];
      const start = performance.now();
      const actual = compute();
      const time = performance.now() - start;
      expectIdentical(actual, expected);
      products++;
      if (deaths[0] > before) times.push(time);
    }
    restore();
    const [shortest, longest] = [ascending(times)[0], ascending(times).at(-1)!];
    printFigure(
      `${backend}: ${products} products while ${KILLS} threads died in one: all right, ` +
        `${shortest.toFixed(0)} to ${longest.toFixed(0)} ms where one died`,
    );
    expect(longest).toBeLessThan(5000);
    while (engineInfo().threads < 2) await sleep(10);
    expectIdentical(compute(), expected);
  },
);
