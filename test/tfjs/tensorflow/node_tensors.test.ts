import * as tf from '@tensorflow/tfjs';
import {
  makeNodeTensor,
  nodeRecord,
  nodeValues,
  type NodeBackend,
} from '../../../src/tfjs/node_tensors';
import { putValues, redirectValues } from '../../../src/tfjs/tensor_record';

/*
 * What src/tfjs/node_tensors.ts takes for granted of tfjs-node. Where a test fails with a new version of it, that
 * file and src/backends/packed_words.ts are to be adapted.
 */

const backend = () => tf.backend() as unknown as NodeBackend;

test('a record holds the very array of a tensor that no op has read', () => {
  const values = Int32Array.of(1, 2, 3);
  const x = tf.tensor1d(values, 'int32');
  const record = nodeRecord(backend(), x);
  expect(Object.keys(record)).toContain('values');
  expect(record.values).toBe(values);
  expect(nodeValues(x)).toBe(values);
  // A variable is another handle of the same tensor, and no op.
  expect(nodeRecord(backend(), tf.variable(x))).toBe(record);
});

test('values are null once TensorFlow holds the tensor, and are read from there', () => {
  const x = tf.tensor1d([1, 2, 3], 'int32');
  const y = tf.add(x, x);
  for (const tensor of [x, y]) expect(nodeRecord(backend(), tensor).values).toBeNull();
  expect(nodeValues(x)).toEqual(Int32Array.of(1, 2, 3));
  expect(nodeValues(y)).toEqual(Int32Array.of(2, 4, 6));
});

test('values of a tensor of another backend are read from that', async () => {
  await tf.setBackend('cpu');
  const x = tf.tensor1d([1, 2]);
  await tf.setBackend('tensorflow');
  expect(nodeValues(x)).toEqual(Float32Array.of(1, 2));
});

test('a tensor is made of an array', () => {
  const before = tf.memory();
  const info = makeNodeTensor(backend(), [2, 2], Float32Array.of(1, 2, 3, 4));
  const y = tf.engine().makeTensorFromTensorInfo(info);
  expect([y.shape, y.dtype]).toEqual([[2, 2], 'float32']);
  expect(y.dataSync()).toEqual(Float32Array.of(1, 2, 3, 4));
  expect(tf.sum(y).dataSync()).toEqual(Float32Array.of(10));
  tf.dispose(y);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + 1); // the sum
});

test('whoever reads redirected values gets those, and so does TensorFlow', () => {
  const x = tf.tensor1d([1, 2], 'int32');
  const record = nodeRecord(backend(), x);
  redirectValues(record, () => Int32Array.of(5, 6));
  expect(x.dataSync()).toEqual(Int32Array.of(5, 6));
  expect(tf.add(x, x).dataSync()).toEqual(Int32Array.of(10, 12));
  // TensorFlow has read it: tfjs-node wrote null over the redirection.
  expect(record.values).toBeNull();
  const other = tf.tensor1d([1, 2], 'int32');
  redirectValues(nodeRecord(backend(), other), () => Int32Array.of(5, 6));
  putValues(nodeRecord(backend(), other), Int32Array.of(9, 9));
  expect(other.dataSync()).toEqual(Int32Array.of(9, 9));
});
