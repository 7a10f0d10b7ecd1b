/**
 * Unpacks outputs of layout int2 into panels by blocks of 4 inputs, for products that skip blocks. A block's codes of 24 outputs
 * are neighbours, PANEL_ENTRY bytes. 32-bit word j of a vector of packed codes holds, at bits 2 s of its bytes, those of the
 * inputs from 16 s + 4 j on.
 */
import { PANEL_ENTRY } from './nonzero_blocks';
import { runTime } from './run_time';
import { packedBytes, packedOutput } from './tiles';

/** Outputs of a panel. */
export const SPARSE_OUTPUTS = 24;

// @ts-ignore: decorator
@inline
function joinLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}

// @ts-ignore: decorator
@inline
function joinHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}

// @ts-ignore: decorator
@inline
function lowHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

// @ts-ignore: decorator
@inline
function highHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

/** Four outputs' codes of four inputs each, at bits 0 of bytes, for the blocks of inputs 0 to 3, 16 to 19, 32 to 35, 48 to 51. */
// @ts-ignore: decorator
@inline
function storeWords(words: v128, mask: v128, panel: usize): void {
  v128.store(panel, v128.and(words, mask));
  v128.store(panel, v128.and(i16x8.shr_u(words, 2), mask), 4 * PANEL_ENTRY);
  v128.store(panel, v128.and(i16x8.shr_u(words, 4), mask), 8 * PANEL_ENTRY);
  v128.store(panel, v128.and(i16x8.shr_u(words, 6), mask), 12 * PANEL_ENTRY);
}

/** min(count, SPARSE_OUTPUTS) outputs as bytes {0, 1, 2}: a block has 4 neighbouring inputs of output 0, of output 1, ... */
export function unpackByteBlocks(packed: usize, count: i32, panel: usize, blocks: i32, first: i32, many: i32): void {
  const mask = i8x16.splat(<i8>runTime(3, blocks));
  packed += packedBytes(first);
  // A lane of pairs needs both of its outputs.
  const outputs = min((count + 7) & ~7, SPARSE_OUTPUTS);
  for (let i = 0; i < outputs; i += 4) {
    let w0 = packedOutput(packed, i, count, blocks), w1 = packedOutput(packed, i + 1, count, blocks);
    let w2 = packedOutput(packed, i + 2, count, blocks), w3 = packedOutput(packed, i + 3, count, blocks);
    let to = panel + (<usize>i << 2);
    for (const end = w0 + packedBytes(many); w0 < end; w0 += 16, w1 += 16, w2 += 16, w3 += 16, to += 16 * PANEL_ENTRY) {
      const v0 = v128.load(w0), v1 = v128.load(w1), v2 = v128.load(w2), v3 = v128.load(w3);
      const low01 = joinLow(v0, v1), high01 = joinHigh(v0, v1), low23 = joinLow(v2, v3), high23 = joinHigh(v2, v3);
      storeWords(lowHalves(low01, low23), mask, to);
      storeWords(highHalves(low01, low23), mask, to + PANEL_ENTRY);
      storeWords(lowHalves(high01, high23), mask, to + 2 * PANEL_ENTRY);
      storeWords(highHalves(high01, high23), mask, to + 3 * PANEL_ENTRY);
    }
  }
}

/**
 * In place, a panel of bytes becomes one of 16-bit lanes t0 + 2^14 * t1: a vector serves outputs 8 g + i and 8 g + i + 4 with
 * inputs 0 and 1 of a block, the next one with inputs 2 and 3. `ones` takes the 1 off each code.
 */
export function pairByteBlocks(panel: usize, blocks: i32): void {
  const ones = i16x8.splat(<i16>runTime(0x4001, blocks));
  const end = panel + <usize>(blocks << 4) * PANEL_ENTRY;
  for (; panel < end; panel += 32) {
    const low = v128.load(panel), high = i16x8.shl(v128.load(panel, 16), 6);
    const pairs01 = i8x16.shuffle(low, high, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    const pairs23 = i8x16.shuffle(low, high, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    v128.store(panel, i16x8.sub(pairs01, ones));
    v128.store(panel, i16x8.sub(pairs23, ones), 16);
  }
}
