import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { OutsideTensors } from '../../../src/tfjs/outside_tensors';
import { heapAddress, heapValues, type WasmBackend } from '../../../src/tfjs/wasm_heap';

/*
 * What src/tfjs/outside_tensors.ts takes for granted of tfjs. Where a test fails with a new version of tfjs, that file
 * is to be adapted.
 */

const backend = () => tf.backend() as unknown as WasmBackend;
const dataIds = () => (tf.backend() as BackendWasm).numDataIds();

/** A tensor whose values lie in an array outside, and how often they were read and freed. */
function tensorOutside() {
  const x = tf.tensor1d([7, 8, 9], 'int32');
  const values = Int32Array.of(7, 8, 9);
  const calls = { read: 0, freed: 0 };
  const outside = new OutsideTensors();
  outside.take(x.dataId, {
    read: () => {
      calls.read++;
      return values.slice();
    },
    free: () => calls.freed++,
  });
  return { x, calls, isOutside: () => outside.valuesOf(x.dataId) != null };
}

test('the heap is freed of values that lie outside, and tfjs counts the tensor as before', () => {
  const before = dataIds();
  const address = heapAddress(backend(), tf.tensor1d([7, 8, 9], 'int32'));
  expect(address).toBeGreaterThan(0);
  const { numTensors, numBytes, numDataBuffers } = tf.memory();
  const { x, isOutside } = tensorOutside();
  expect(isOutside()).toBe(true);
  expect(dataIds()).toBe(before + 1);
  expect(tf.memory()).toMatchObject({
    numTensors: numTensors + 1,
    numBytes: numBytes + 12,
    numDataBuffers: numDataBuffers + 1,
  });
  x.dispose();
  expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers });
});

test('values are read where they lie', async () => {
  const { x, calls, isOutside } = tensorOutside();
  expect(x.dataSync()).toEqual(Int32Array.of(7, 8, 9));
  expect(await x.data()).toEqual(Int32Array.of(7, 8, 9));
  expect(calls).toEqual({ read: 2, freed: 0 });
  expect(isOutside()).toBe(true);
});

test.each([
  ['an op', (x: tf.Tensor) => tf.slice(x, 0, 3)],
  ['an op that shares data', (x: tf.Tensor) => x.reshape([3, 1]).reshape([3])],
  ['a variable', (x: tf.Tensor) => tf.variable(x)],
])('%s moves the tensor to its backend first', (_, use) => {
  const { x, calls, isOutside } = tensorOutside();
  const y = use(x);
  expect(isOutside()).toBe(false);
  expect(calls).toEqual({ read: 1, freed: 1 });
  expect(y.dataSync()).toEqual(Int32Array.of(7, 8, 9));
  expect(heapValues(backend(), x)).toEqual(Int32Array.of(7, 8, 9));
});

test('another backend takes the tensor', async () => {
  const { x, calls, isOutside } = tensorOutside();
  await tf.setBackend('cpu');
  expect(tf.neg(x).dataSync()).toEqual(Int32Array.of(-7, -8, -9));
  await tf.setBackend('wasm');
  expect(isOutside()).toBe(false);
  expect(calls.freed).toBe(1);
});

test('values are freed with the last tensor of the data', () => {
  const x = tf.tensor1d([7, 8, 9], 'int32');
  const sharing = x.reshape([3, 1]);
  expect(sharing.dataId).toBe(x.dataId);
  let freed = 0;
  const outside = new OutsideTensors();
  outside.take(x.dataId, { read: () => Int32Array.of(7, 8, 9), free: () => freed++ });
  x.dispose();
  expect([freed, outside.valuesOf(sharing.dataId) != null]).toEqual([0, true]);
  sharing.dispose();
  expect([freed, outside.valuesOf(sharing.dataId) != null]).toEqual([1, false]);
});
