import * as tf from '@tensorflow/tfjs';
import { packTernary, unpackTernary } from '../../src';
import { expectIdentical, randomSource, randomTernary } from '../support/values';
import { withLeakCheck } from '../support/leaks';

describe('packTernary and unpackTernary', () => {
  test('round trip over random shapes', () => {
    const random = randomSource(11);
    for (let round = 0; round < 20; round++) {
      const shape: [number, number] = [
        1 + Math.floor(200 * random()),
        1 + Math.floor(9 * random()),
      ];
      const values = tf.tensor2d(randomTernary(shape[0] * shape[1], round), shape);
      const packed = withLeakCheck(() => packTernary(values));
      expect(packed.dtype).toBe('int32');
      expect(packed.shape).toEqual([shape[1], 4 * Math.ceil(shape[0] / 64)]);
      const unpacked = withLeakCheck(() => unpackTernary(packed, shape[0]));
      expect(unpacked.dtype).toBe('float32');
      expectIdentical(unpacked, values);
    }
  });

  test('packs int32 values as well', () => {
    const values = tf.tensor2d([[1, -1, 0]], [1, 3], 'int32');
    expectIdentical(unpackTernary(packTernary(values), 1), [1, -1, 0]);
  });

  test('leaves only its result behind', () => {
    const values = tf.tensor2d([[1, 0], [-1, 1]]); // prettier-ignore
    const { numTensors } = tf.memory();
    const packed = packTernary(values);
    const unpacked = unpackTernary(packed, 2);
    expect(tf.memory().numTensors).toBe(numTensors + 2);
    tf.dispose([values, packed, unpacked]);
  });

  test('refuses values of another rank', () => {
    expect(() => packTernary(tf.tensor1d([1, 0]))).toThrow(
      'packTernary: values must be of rank 2, [in, out], got [2]',
    );
  });

  test('refuses values that are not ternary', () => {
    expect(() => packTernary(tf.tensor2d([[0, 2]]))).toThrow(
      'packTernary: the value of input 0, output 1, must be -1, 0 or 1, got 2.',
    );
  });

  test('refuses words whose number does not fit inFeatures', () => {
    const packed = packTernary(tf.zeros([64, 3]));
    expect(() => unpackTernary(packed, 65)).toThrow(
      'unpackTernary: packed must be int32 of shape [3,8], got {"dtype":"int32","shape":[3,4]}',
    );
    expect(() => unpackTernary(tf.zeros([3, 4]), 64)).toThrow('"dtype":"float32"');
    expect(() => unpackTernary(tf.zeros([4], 'int32'), 64)).toThrow('packed must be int32');
  });

  test.each([0, -1, 1.5, NaN])('refuses inFeatures %p', (inFeatures) => {
    expect(() => unpackTernary(tf.zeros([1, 4], 'int32'), inFeatures)).toThrow(
      `inFeatures must be a positive integer, got ${inFeatures}`,
    );
  });

  test('refuses the unused code 3', () => {
    const packed = tf.tensor2d([[3, 0, 0, 0]], [1, 4], 'int32');
    expect(() => unpackTernary(packed, 64)).toThrow(
      'packed must be words of the codes 0, 1 and 2, got "code 3"',
    );
  });
});
