import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-wasm';
import { packTernary, ternaryMatMul } from '../../src';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';
import { exhaust, wasmHeap } from '../support/wasm_heap';

/*
 * What TernaryMatMul takes from the heap of tfjs's wasm backend, and gives back.
 */

const [ROWS, INPUTS, OUTPUTS] = [4, 1000, 600];
/** Room that is left in a full heap: for what tfjs notes about a tensor, not for its values. */
const LEFT = 4096;

function product() {
  return {
    x: tf.tensor2d(randomFloats(ROWS * INPUTS, 1), [ROWS, INPUTS]),
    packed: packTernary(tf.tensor2d(randomTernary(INPUTS * OUTPUTS, 2), [INPUTS, OUTPUTS])),
    scale: tf.tensor1d([0.5]),
  };
}

const backend = () => tf.backend() as BackendWasm;
const dataIds = () => backend().numDataIds();

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
  // Where threads share them, products are computed in another memory.
  tf.env().set('BITCORE_THREADS', 1);
});

test('damaged words are refused before anything is allocated', () => {
  const args = product();
  args.packed = tf.fill(args.packed.shape, -1, 'int32');
  const before = dataIds();
  expect(() => ternaryMatMul(args)).toThrow('got "code 3"');
  expect(dataIds()).toBe(before);
  tf.dispose(args);
});

test('a full heap is an error that leaves nothing behind', () => {
  const args = product();
  const expected = ternaryMatMul(args);
  const values = expected.dataSync();
  const before = dataIds();
  const { _malloc, _free } = wasmHeap();
  const output = _malloc(4 * ROWS * OUTPUTS);
  const scratch = _malloc(1 << 16);
  const taken = exhaust(LEFT);
  expect(() => ternaryMatMul(args)).toThrow('no room for its output');
  _free(output);
  expect(() => ternaryMatMul(args)).toThrow('no room for its scratch memory');
  expect(dataIds()).toBe(before);
  // What the failed call had taken is free again.
  expect(_malloc(4 * ROWS * OUTPUTS)).toBe(output);
  for (const address of [output, scratch]) _free(address);
  // Room for one output and its scratch memory suffices for any number of calls.
  for (let call = 0; call < 1000; call++) {
    const actual = ternaryMatMul(args);
    expectIdentical(actual, values);
    actual.dispose();
  }
  for (const address of taken) _free(address);
  tf.dispose([args, expected]);
});
