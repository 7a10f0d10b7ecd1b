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
/** Bytes and int32 words that hold the codes of a block. */
export const BYTES_PER_BLOCK = 16;
export const WORDS_PER_BLOCK = 4;
const FOUR_ZERO_WEIGHTS = 0b01010101;
const LOW_BIT_OF_EACH_CODE = 0x55555555;
const TWO_IN_EACH_CODE = 0xaaaaaaaa;

/** Blocks that hold the weights of an output. */
export function blocksOf(inFeatures: number): number {
  return Math.ceil(inFeatures / BLOCK);
}

/** Inputs per output once padded to whole blocks. */
export function paddedInFeatures(inFeatures: number): number {
  return blocksOf(inFeatures) * BLOCK;
}

/** Which of an output's bytes holds the weight of input k. */
function byteOf(k: number): number {
  return Math.floor(k / BLOCK) * BYTES_PER_BLOCK + (k % BYTES_PER_BLOCK);
}

/** From which bit of that byte up. */
function shiftOf(k: number): number {
  return 2 * Math.floor((k % BLOCK) / BYTES_PER_BLOCK);
}

/** Shape of the packed int32 tensor of a kernel [inFeatures, units]. */
export function packedShape(inFeatures: number, units: number): [number, number] {
  return [units, blocksOf(inFeatures) * WORDS_PER_BLOCK];
}

/**
 * Packs row-major values [inFeatures, units].
 * @throws naming `where` and the place of the first value that is not -1, 0 or 1.
 */
export function pack(
  values: ArrayLike<number>,
  inFeatures: number,
  units: number,
  where = 'pack',
): Int32Array {
  const [rows, wordsPerRow] = packedShape(inFeatures, units);
  const words = new Int32Array(rows * wordsPerRow);
  const bytes = new Uint8Array(words.buffer).fill(FOUR_ZERO_WEIGHTS);
  for (let k = 0; k < inFeatures; k++) {
    const [column, shift] = [byteOf(k), shiftOf(k)];
    for (let n = 0; n < units; n++) {
      const value = values[k * units + n]!;
      if (value !== 0 && value !== 1 && value !== -1) {
        throw argumentError(where, `the value of input ${k}, output ${n},`, '-1, 0 or 1', value);
      }
      // The byte holds code 1 (t = 0) here: adding t makes it t + 1.
      bytes[n * wordsPerRow * 4 + column]! += value * (1 << shift);
    }
  }
  return words;
}

/** Row-major ternary values [units, inFeatures]: the transpose of a kernel, the order of the rows. */
export function unpackRows(words: Int32Array, inFeatures: number, units: number): Float32Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const bytesPerRow = packedShape(inFeatures, units)[1] * 4;
  const values = new Float32Array(units * inFeatures);
  for (let n = 0; n < units; n++) {
    for (let k = 0; k < inFeatures; k++) {
      values[n * inFeatures + k] = ((bytes[n * bytesPerRow + byteOf(k)]! >> shiftOf(k)) & 3) - 1;
    }
  }
  return values;
}

/** Changes the signs of all weights of output n: the code c becomes 2 - c. */
export function negateOutput(words: Int32Array, n: number, units: number): void {
  // No code is above 2, so that no difference borrows from the next.
  outputWords(words, n, units).forEach((word, i, own) => (own[i] = TWO_IN_EACH_CODE - word));
}

/** Makes all weights of output n zero. */
export function zeroOutput(words: Int32Array, n: number, units: number): void {
  outputWords(words, n, units).fill(LOW_BIT_OF_EACH_CODE);
}

function outputWords(words: Int32Array, n: number, units: number): Int32Array {
  const count = words.length / units;
  return words.subarray(n * count, (n + 1) * count);
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
export function zeroShare(words: Int32Array, inFeatures: number, units: number): number {
  const padding = (paddedInFeatures(inFeatures) - inFeatures) * units;
  const zeros = words.reduce((count, word) => count + zerosIn(word), -padding);
  return zeros / (inFeatures * units);
}

/** How many of a word's sixteen codes are 01: the low bit alone. */
function zerosIn(word: number): number {
  const marked = word & ~(word >>> 1) & LOW_BIT_OF_EACH_CODE;
  const pairs = (marked & 0x11111111) + ((marked >>> 2) & 0x11111111);
  const nibbles = (pairs & 0x0f0f0f0f) + ((pairs >>> 4) & 0x0f0f0f0f);
  return Math.imul(nibbles, 0x01010101) >>> 24;
}
