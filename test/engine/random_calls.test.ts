import * as tf from '@tensorflow/tfjs';
import { packTernary, ternaryMatMul } from '../../src';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { collected } from '../support/garbage';
import { referenceProduct } from '../support/product_reference';
import { expectIdentical, randomFloats, randomSource, randomTernary } from '../support/values';

jest.setTimeout(120_000);

const CALLS = 10_000;
const WEIGHTS = 30;
const MOST_OTHERS = 40;
const LARGEST_OTHER = 1 << 20;

const random = randomSource(17);
const upTo = (most: number) => 1 + Math.floor(most * random());

function newWeight() {
  // Large ones, which threads share, are rare.
  const isLarge = random() < 0.02;
  const [inFeatures, units] = isLarge ? [1100, 500 + upTo(40)] : [upTo(400), upTo(40)];
  const ternary = randomTernary(inFeatures * units, upTo(1e6));
  const scale = randomFloats(random() < 0.5 ? 1 : units, upTo(1e6));
  const packed = tf.tidy(() => packTernary(tf.tensor2d(ternary, [inFeatures, units])));
  return {
    inFeatures,
    units,
    ternary,
    scale,
    tensors: { packed, scale: tf.tensor1d(scale) },
  };
}

function callOnce({ tensors, ...weight }: ReturnType<typeof newWeight>): void {
  const { inFeatures, units } = weight;
  const rows = upTo(6);
  const skipZeroBlocks = random() < 0.5;
  const isZero = (i: number) => skipZeroBlocks && i % 8 < 4;
  const x = randomFloats(rows * inFeatures, upTo(1e6)).map((value, i) => (isZero(i) ? 0 : value));
  const bias = random() < 0.5 ? undefined : randomFloats(units, upTo(1e6));
  const y = tf.tidy(() =>
    ternaryMatMul({
      x: tf.tensor2d(x, [rows, inFeatures]),
      ...tensors,
      bias: bias && tf.tensor1d(bias),
      skipZeroBlocks,
    }).dataSync(),
  );
  expectIdentical(y, referenceProduct({ ...weight, x, bias, rows, eps: 1e-5 }));
}

function heapBytes(): number {
  return (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength;
}

function held() {
  const { numTensors, numBytes, numDataBuffers } = tf.memory();
  return { numTensors, numBytes, numDataBuffers };
}

/*
 * Weights come and go, and so do other tensors, which make the heap of the wasm backend grow and what is
 * held in it lie at ever new places. A function of its own: none of its variables keeps a weight alive.
 */
function callAtRandom(): void {
  const weights = Array.from({ length: WEIGHTS }, newWeight);
  const others: tf.Tensor[] = [];
  for (let call = 0; call < CALLS; call++) {
    const i = upTo(WEIGHTS) - 1;
    callOnce(weights[i]);
    if (random() < 0.02) others.push(tf.ones([upTo(LARGEST_OTHER)]));
    if (others.length > upTo(MOST_OTHERS)) others.splice(upTo(others.length) - 1, 1)[0].dispose();
    if (random() > 0.01) continue;
    tf.dispose(weights[i].tensors);
    weights[i] = newWeight();
  }
  tf.dispose([others, weights.map(({ tensors }) => tensors)]);
}

beforeAll(() => tf.env().set('BITCORE_THREADS', 2));

test(`stays right and leaks nothing in ${CALLS} random calls between other allocations`, async () => {
  const before = held();
  const isWasm = tf.getBackend() === 'wasm';
  const heapBefore = isWasm ? heapBytes() : 0;
  const ownBefore = ownMemoryEngine().bytes;
  callAtRandom();
  if (isWasm) expect(heapBytes()).toBeGreaterThan(heapBefore);
  expect(held()).toEqual(before);
  await collected(() => ownMemoryEngine().bytes <= ownBefore);
  expect(ownMemoryEngine().bytes).toBe(ownBefore);
});
