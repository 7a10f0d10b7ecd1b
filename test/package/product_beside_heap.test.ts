import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-wasm';
import { packTernary, scaledDotProductAttention, ternaryMatMul } from '../../src';
import * as portable from '../../src/engine/attention/portable';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { referenceProduct } from '../support/product_reference';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';
import { exhaust, wasmHeap } from '../support/wasm_heap';

/*
 * Where the packed words of the backend wasm lie: in the heap of tfjs, or in the memory that threads share.
 */

const [INPUTS, UNITS] = [1024, 600];
const WORD_BYTES = (INPUTS * UNITS) / 4;
/** Threads share a product of so many rows by this kernel. */
const ROWS = 4;
/** 1 MB: the engine's memory has room for some kernels, and for products of a few rows. */
const MOST_PAGES = 16;
/** Their copies find no room in it. */
const TOO_MANY_ROWS = 400;

const { Memory } = WebAssembly;

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
  tf.env().set('BITCORE_THREADS', 2);
  WebAssembly.Memory = class extends Memory {
    constructor(limits: WebAssembly.MemoryDescriptor) {
      super({ ...limits, maximum: MOST_PAGES });
    }
  };
  ownMemoryEngine();
  WebAssembly.Memory = Memory;
});

function kernel(inFeatures = INPUTS, units = UNITS) {
  const ternary = randomTernary(inFeatures * units, 1);
  const packed = packTernary(tf.tensor2d(ternary, [inFeatures, units]));
  return { ternary, packed, scale: tf.tensor1d([0.5]), inFeatures, units };
}

/** The product of some rows, which is compared with plain sums. */
function use(
  { ternary, packed, scale, inFeatures, units }: ReturnType<typeof kernel>,
  rows = ROWS,
) {
  const x = randomFloats(rows * inFeatures, 2);
  const y = tf.tidy(() =>
    ternaryMatMul({ x: tf.tensor2d(x, [rows, inFeatures]), packed, scale }).dataSync(),
  );
  const values = { x, scale: Float32Array.of(0.5), bias: undefined, rows, eps: 1e-5 };
  expectIdentical(y, referenceProduct({ ...values, ternary, inFeatures, units }));
}

const backend = () => tf.backend() as BackendWasm;

/** Tensors in the heap, and bytes of words outside. */
const held = () => ({ tensors: backend().numDataIds(), bytes: ownMemoryEngine().bytes });

/** What is held when the words of one more kernel, which has been in the heap, lie outside. */
const withOneOutside = ({ tensors, bytes }: ReturnType<typeof held>) => ({
  tensors: tensors - 1,
  bytes: bytes + WORD_BYTES,
});

test('words leave the heap with the first product that threads share, and stay outside', () => {
  const weight = kernel();
  const before = held();
  use(weight, 1);
  expect(held()).toEqual(before);
  for (const rows of [ROWS, 1, ROWS]) {
    use(weight, rows);
    expect(held()).toEqual(withOneOutside(before));
  }
  weight.packed.dispose();
  expect(held()).toEqual({ ...before, tensors: before.tensors - 1 });
});

test('the words of a small kernel stay in the heap', () => {
  const weight = kernel(500, 500);
  const before = held();
  use(weight, 100);
  expect(held()).toEqual(before);
});

test('the portable engine has the words back, and the next engine takes them again', () => {
  const weight = kernel();
  const before = held();
  use(weight);
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  use(weight);
  expect(held()).toEqual(before);
  tf.env().set('BITCORE_USE_WASM_SIMD', true);
  use(weight);
  expect(held()).toEqual(withOneOutside(before));
  weight.packed.dispose();
});

test('words that find no room in the heap stay outside, and the product is an error', () => {
  const weight = kernel();
  use(weight);
  const before = held();
  const operands = { x: tf.ones([ROWS, INPUTS]), packed: weight.packed, scale: weight.scale };
  const taken = exhaust(4096);
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  expect(() => ternaryMatMul(operands)).toThrow('no room for its packed words');
  tf.env().set('BITCORE_USE_WASM_SIMD', true);
  for (const address of taken) wasmHeap()._free(address);
  operands.x.dispose();
  expect(held()).toEqual(before);
  use(weight);
  weight.packed.dispose();
});

test('words that another backend used are outside once', async () => {
  const weight = kernel();
  const before = held();
  await tf.setBackend('cpu');
  use(weight);
  await tf.setBackend('wasm');
  use(weight);
  expect(held()).toEqual(withOneOutside(before));
  weight.packed.dispose();
});

test('damaged words stay where they are', () => {
  const packed = tf.fill([UNITS, INPUTS / 16], -1, 'int32');
  const [x, scale] = [tf.ones([ROWS, INPUTS]), tf.tensor1d([1])];
  const before = held();
  expect(() => ternaryMatMul({ x, packed, scale })).toThrow('got "code 3"');
  expect(held()).toEqual(before);
});

describe('where the memory that threads share has no room', () => {
  test('for attention, the microkernels compute it in the heap', () => {
    const q = tf.tensor4d(randomFloats(300 * 8 * 64, 1), [1, 300, 8, 64]);
    const attended = () => tf.tidy(() => scaledDotProductAttention({ q, k: q, v: q }).dataSync());
    tf.env().set('BITCORE_USE_WASM_SIMD', false);
    const expected = attended();
    tf.env().set('BITCORE_USE_WASM_SIMD', true);
    const inJavaScript = jest.spyOn(portable, 'attendPortable');
    attended(); // The first call tests the microkernels themselves.
    inJavaScript.mockClear();
    expectIdentical(attended(), expected);
    expect(inJavaScript).not.toHaveBeenCalled();
    inJavaScript.mockRestore();
    q.dispose();
  });

  test('for the words, they stay in the heap', () => {
    const weight = kernel(4096, 1100);
    const before = held();
    for (const rows of [1, ROWS]) {
      use(weight, rows);
      expect(held()).toEqual(before);
    }
  });

  test('for a product, the words come back, and stay', () => {
    const weight = kernel();
    const before = held();
    use(weight);
    expect(held()).toEqual(withOneOutside(before));
    for (const rows of [TOO_MANY_ROWS, ROWS]) {
      use(weight, rows);
      expect(held()).toEqual(before);
    }
  });
});
