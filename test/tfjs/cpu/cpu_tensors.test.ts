import * as tf from '@tensorflow/tfjs';
import { cpuRecord, makeCpuTensor, type CpuBackend } from '../../../src/tfjs/cpu_tensors';
import { putValues, redirectValues } from '../../../src/tfjs/tensor_record';

/*
 * What src/tfjs/cpu_tensors.ts takes for granted of tfjs's cpu backend. Where a test fails with a new version of
 * tfjs, that file and src/backends/packed_words.ts are to be adapted.
 */

const backend = () => tf.backend() as unknown as CpuBackend;

test('a record holds the very array that a tensor was made of', () => {
  const values = Float32Array.of(1, 2, 3);
  const x = tf.tensor1d(values);
  const record = cpuRecord(backend(), x);
  expect(Object.keys(record)).toContain('values');
  expect(record.values).toBe(values);
  // Every handle of the tensor has the same record.
  expect(cpuRecord(backend(), tf.clone(x))).toBe(record);
  expect(cpuRecord(backend(), tf.reshape(x, [3, 1]))).toBe(record);
  expect(cpuRecord(backend(), tf.variable(x))).toBe(record);
});

test('a record holds the values of an op’s result', () => {
  const y = tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32'));
  expect(cpuRecord(backend(), y).values).toEqual(Int32Array.of(4, 6));
});

test('a tensor is made of an array without a copy', () => {
  const values = Float32Array.of(1, 2, 3, 4);
  const before = tf.memory();
  const y = tf.engine().makeTensorFromTensorInfo(makeCpuTensor(backend(), [2, 2], values));
  expect([y.shape, y.dtype]).toEqual([[2, 2], 'float32']);
  expect(y.dataSync()).toBe(values);
  y.dispose();
  expect(tf.memory()).toEqual(before);
});

test('whoever reads redirected values gets those, until tfjs has others', () => {
  const x = tf.tensor1d([1, 2], 'int32');
  const record = cpuRecord(backend(), x);
  let reads = 0;
  redirectValues(record, () => {
    reads++;
    return Int32Array.of(5, 6);
  });
  expect(x.dataSync()).toEqual(Int32Array.of(5, 6));
  expect(tf.add(x, x).dataSync()).toEqual(Int32Array.of(10, 12));
  expect(reads).toBeGreaterThanOrEqual(2);
  record.values = Int32Array.of(7, 8);
  expect(x.dataSync()).toEqual(Int32Array.of(7, 8));
  redirectValues(record, () => Int32Array.of(5, 6));
  putValues(record, Int32Array.of(9, 9));
  expect(x.dataSync()).toEqual(Int32Array.of(9, 9));
});
