import { tensor2d, tidy, transpose, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';
import { checkCodes, pack, packedShape, unpackRows } from '../packing/int2';

/**
 * Packs ternary values with 2 bits for each, in the layout `int2`.
 *
 * Output n is one row of int32 words; 64 inputs take 16 bytes. Byte i of block b holds inputs 64b + i, + 16,
 * + 32 and + 48 in bits 0-1, 2-3, 4-5 and 6-7, each as the code t + 1. The inputs after the last one are
 * padded with t = 0.
 *
 * ```js
 * const packed = packTernary(tf.tensor2d([[1, 0], [-1, 1], [0, 1]]));
 * packed.shape; // [2, 4]
 * unpackTernary(packed, 3).print(); // the values again
 * ```
 *
 * @param values [in, out], each exactly -1, 0 or 1.
 * @returns int32 [out, ceil(in / 64) * 4].
 * @throws if the rank is not 2 or a value is not ternary.
 */
export function packTernary(values: Tensor): Tensor2D {
  if (values.rank !== 2) {
    throw argumentError('packTernary', 'values', 'of rank 2, [in, out]', values.shape);
  }
  const [inFeatures, units] = (values as Tensor2D).shape;
  const words = pack(values.dataSync(), inFeatures, units, 'packTernary');
  return tensor2d(words, packedShape(inFeatures, units), 'int32');
}

/**
 * The ternary values of packed words; the inverse of `packTernary`.
 * @param packed int32 [out, words].
 * @param inFeatures inputs per output, which the padded words do not show.
 * @returns float32 [in, out].
 * @throws if the shape does not match `inFeatures` or the words hold the unused code 3.
 */
export function unpackTernary(packed: Tensor, inFeatures: number): Tensor2D {
  if (!Number.isInteger(inFeatures) || inFeatures < 1) {
    throw argumentError('unpackTernary', 'inFeatures', 'a positive integer', inFeatures);
  }
  const units = packed.shape[0] ?? 0;
  const expected = packedShape(inFeatures, units);
  if (packed.rank !== 2 || packed.shape[1] !== expected[1] || packed.dtype !== 'int32') {
    const actual = { dtype: packed.dtype, shape: packed.shape };
    throw argumentError(
      'unpackTernary',
      'packed',
      `int32 of shape ${JSON.stringify(expected)}`,
      actual,
    );
  }
  const words = packed.dataSync() as Int32Array;
  checkCodes(words, 'unpackTernary');
  return tidy(() => transpose(tensor2d(unpackRows(words, inFeatures, units), [units, inFeatures])));
}
