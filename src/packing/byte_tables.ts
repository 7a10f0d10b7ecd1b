import { BLOCK, BYTES_PER_BLOCK, WORDS_PER_BLOCK } from './int2';

const TABLE_SIZE = 256;

/**
 * Sums by table, for processors without an instruction for them: a byte of packed weights meets the same four
 * inputs in every output. So for each block of inputs the 81 possible partial sums of each of its 16 bytes
 * are tabulated once (index: the byte), and an output costs 16 look-ups instead of 64 multiplications.
 *
 * A partial sum of int8 inputs is at most 4 * 127 = 508: 16 bits hold it, and the tables fit the innermost cache.
 */
export function byteTables(): Int16Array {
  return new Int16Array(BYTES_PER_BLOCK * TABLE_SIZE);
}

/**
 * Tabulates a block of the inputs x. Table i holds, for every byte of codes c0 + 4 c1 + 16 c2 + 64 c3, the sum
 * of (cj - 1) x[i + 16 j].
 */
export function fillTables(tables: Int16Array, x: Int32Array, block: number): void {
  const start = block * BLOCK;
  for (let i = 0; i < BYTES_PER_BLOCK; i++) {
    const x0 = x[start + i]!;
    const x1 = x[start + i + 16]!;
    const x2 = x[start + i + 32]!;
    const x3 = x[start + i + 48]!;
    // Sums are carried from code to code: a product such as -1 * 0 would be -0, which V8 must check.
    let sum3 = -x3 | 0;
    for (let c3 = 0; c3 < 3; c3++, sum3 = (sum3 + x3) | 0) {
      let sum2 = (sum3 - x2) | 0;
      for (let c2 = 0; c2 < 3; c2++, sum2 = (sum2 + x2) | 0) {
        let sum1 = (sum2 - x1) | 0;
        for (let c1 = 0; c1 < 3; c1++, sum1 = (sum1 + x1) | 0) {
          const entry = i * TABLE_SIZE + (c3 << 6) + (c2 << 4) + (c1 << 2);
          tables[entry] = sum1 - x0;
          tables[entry + 1] = sum1;
          tables[entry + 2] = sum1 + x0;
        }
      }
    }
  }
}

/** Adds the tabulated block's share to the sums of the outputs from `first` up to `last`. */
export function addBlock(
  sums: Int32Array,
  t: Int16Array,
  packed: Int32Array,
  block: number,
  blocks: number,
  first: number,
  last: number,
): void {
  const wordsPerRow = blocks * WORDS_PER_BLOCK;
  const start = first * wordsPerRow + block * WORDS_PER_BLOCK;
  for (let n = first, word = start; n < last; n++, word += wordsPerRow) {
    const w0 = packed[word]!;
    const w1 = packed[word + 1]!;
    const w2 = packed[word + 2]!;
    const w3 = packed[word + 3]!;
    const sum0 =
      (((t[w0 & 255]! + t[256 + ((w0 >>> 8) & 255)]!) | 0) +
        ((t[512 + ((w0 >>> 16) & 255)]! + t[768 + (w0 >>> 24)]!) | 0)) |
      0;
    const sum1 =
      (((t[1024 + (w1 & 255)]! + t[1280 + ((w1 >>> 8) & 255)]!) | 0) +
        ((t[1536 + ((w1 >>> 16) & 255)]! + t[1792 + (w1 >>> 24)]!) | 0)) |
      0;
    const sum2 =
      (((t[2048 + (w2 & 255)]! + t[2304 + ((w2 >>> 8) & 255)]!) | 0) +
        ((t[2560 + ((w2 >>> 16) & 255)]! + t[2816 + (w2 >>> 24)]!) | 0)) |
      0;
    const sum3 =
      (((t[3072 + (w3 & 255)]! + t[3328 + ((w3 >>> 8) & 255)]!) | 0) +
        ((t[3584 + ((w3 >>> 16) & 255)]! + t[3840 + (w3 >>> 24)]!) | 0)) |
      0;
    sums[n] = (sums[n]! + ((((sum0 + sum1) | 0) + ((sum2 + sum3) | 0)) | 0)) | 0;
  }
}
