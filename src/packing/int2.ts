import { argumentError } from '../errors';

/**
 * The packed layout `int2`: the only place that knows which bit holds which weight.
 *
 * A ternary value t is stored as the two-bit code t + 1. Output n owns one row of words. A row is cut
 * into blocks of 64 inputs, each 16 bytes (four little-endian int32 words): byte i of block b holds
 * the codes of inputs 64b + i, 64b + i + 16, 64b + i + 32 and 64b + i + 48 in bits 0-1, 2-3, 4-5, 6-7.
 * Inputs beyond the last are padded with code 1 (t = 0); code 3 is not used.
 */
export const LAYOUT = 'int2';

/** Inputs in a block. */
export const BLOCK = 64;
const BYTES_PER_BLOCK = 16;
const WORDS_PER_BLOCK = 4;
const FOUR_ZERO_WEIGHTS = 0b01010101;
const LOW_BIT_OF_EACH_CODE = 0x55555555;

/** Inputs per output once padded to whole blocks. */
export function paddedInFeatures(inFeatures: number): number {
  return Math.ceil(inFeatures / BLOCK) * BLOCK;
}

/** Shape of the packed int32 tensor of a kernel [inFeatures, outFeatures]. */
export function packedShape(inFeatures: number, outFeatures: number): [number, number] {
  return [outFeatures, (paddedInFeatures(inFeatures) / BLOCK) * WORDS_PER_BLOCK];
}

/**
 * Packs row-major values [inFeatures, outFeatures].
 * @throws naming `where` and the place of the first value that is not -1, 0 or 1.
 */
export function pack(
  values: ArrayLike<number>,
  inFeatures: number,
  outFeatures: number,
  where = 'pack',
): Int32Array {
  const [rows, wordsPerRow] = packedShape(inFeatures, outFeatures);
  const words = new Int32Array(rows * wordsPerRow);
  const bytes = new Uint8Array(words.buffer).fill(FOUR_ZERO_WEIGHTS);
  for (let k = 0; k < inFeatures; k++) {
    const shift = 2 * ((k % BLOCK) >> 4);
    const column = Math.floor(k / BLOCK) * BYTES_PER_BLOCK + (k % 16);
    for (let n = 0; n < outFeatures; n++) {
      const value = values[k * outFeatures + n]!;
      if (value !== 0 && value !== 1 && value !== -1) {
        throw argumentError(where, `the value of input ${k}, output ${n},`, '-1, 0 or 1', value);
      }
      // The byte holds code 1 (t = 0) here: adding t makes it t + 1.
      bytes[n * wordsPerRow * 4 + column]! += value * (1 << shift);
    }
  }
  return words;
}

/** Row-major ternary values [outFeatures, inFeatures]: the transpose of a kernel, the order of the rows. */
export function unpackRows(
  words: Int32Array,
  inFeatures: number,
  outFeatures: number,
): Float32Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const bytesPerRow = packedShape(inFeatures, outFeatures)[1] * 4;
  const values = new Float32Array(outFeatures * inFeatures);
  for (let n = 0; n < outFeatures; n++) {
    for (let k = 0; k < inFeatures; k++) {
      const column = Math.floor(k / BLOCK) * BYTES_PER_BLOCK + (k % 16);
      const shift = 2 * ((k % BLOCK) >> 4);
      values[n * inFeatures + k] = ((bytes[n * bytesPerRow + column]! >> shift) & 3) - 1;
    }
  }
  return values;
}

/** @throws if a code is not one of 0, 1, 2. */
export function checkCodes(words: Int32Array, where: string): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word & (word >>> 1) & LOW_BIT_OF_EACH_CODE) {
      throw argumentError(where, 'packed', 'words of the codes 0, 1 and 2', 'code 3');
    }
  }
}

/** Share of the weights that are 0, counted in the words: a large kernel is not unpacked for it. */
export function zeroShare(words: Int32Array, inFeatures: number, outFeatures: number): number {
  const padding = (paddedInFeatures(inFeatures) - inFeatures) * outFeatures;
  const zeros = words.reduce((count, word) => count + zerosIn(word), -padding);
  return zeros / (inFeatures * outFeatures);
}

/** How many of a word's sixteen codes are 01: the low bit alone. */
function zerosIn(word: number): number {
  const marked = word & ~(word >>> 1) & LOW_BIT_OF_EACH_CODE;
  const pairs = (marked & 0x11111111) + ((marked >>> 2) & 0x11111111);
  const nibbles = (pairs & 0x0f0f0f0f) + ((pairs >>> 4) & 0x0f0f0f0f);
  return Math.imul(nibbles, 0x01010101) >>> 24;
}
