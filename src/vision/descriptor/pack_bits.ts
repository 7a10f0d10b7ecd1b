import { argumentError } from '../../errors';

/**
 * The signs of descriptors as packed bits: bit i is 1 where descriptor[i] > 0, with the first bit in the most significant
 * place of a byte, as `packbits` of NumPy packs them. The bits that complete the last byte of a row are 0.
 *
 * ```js
 * packBits(Float32Array.of(1, -1, 0, 2, 3, -4, -5, 6, 1), 9); // bytes 0b10011001 and 0b10000000
 * ```
 *
 * @param descriptors [count, width], row by row.
 * @param width numbers of a descriptor. Default: all of them, so that there is one descriptor.
 * @returns [count, ceil(width / 8)] bytes.
 * @throws if a number is NaN, or the width does not divide their count.
 */
export function packBits(descriptors: Float32Array, width = descriptors.length): Uint8Array {
  checkDescriptors(descriptors, width);
  const bytes = Math.ceil(width / 8);
  const packed = new Uint8Array((descriptors.length / width) * bytes);
  descriptors.forEach((value, i) => {
    const bit = i % width;
    const at = Math.floor(i / width) * bytes + (bit >> 3);
    if (value > 0) packed[at]! |= 128 >> (bit & 7);
  });
  return packed;
}

function checkDescriptors(descriptors: unknown, width: number): void {
  if (!(descriptors instanceof Float32Array) || descriptors.length === 0) {
    throw argumentError(
      'packBits',
      'descriptors',
      'a Float32Array of at least one number',
      descriptors,
    );
  }
  const { length } = descriptors;
  if (!Number.isInteger(width) || width < 1 || length % width !== 0) {
    throw argumentError('packBits', 'width', `a positive integer that divides ${length}`, width);
  }
  const index = descriptors.findIndex(Number.isNaN);
  if (index < 0) return;
  const expected = `numbers (see index ${index})`;
  throw argumentError('packBits', 'descriptors', expected, descriptors[index]);
}
