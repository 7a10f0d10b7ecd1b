/**
 * A list of blocks of 4 inputs of 1 row x a panel of 24 outputs, i32x4.dot_i16x8_s: adds the sums of q * t to those in memory. One
 * product serves two outputs, as in int2_gemm_2x8_dot_i16x8. List of nonzero_blocks.ts, panel of unpack_blocks.ts.
 *
 * A block adds two dots to a lane, so that 16 blocks are the 32 dots after which the two outputs' sums are split.
 */
import { SHORT_ENTRY } from './nonzero_blocks';
import { addHigh, addLow, HALF, LOW } from './pair_sums';
import { runTime } from './run_time';

const BLOCKS_PER_SPLIT = 16;

// @ts-ignore: decorator
@inline
function dotAdd2(acc: v128, q01: v128, pairs01: v128, q23: v128, pairs23: v128): v128 {
  return i32x4.add(acc, i32x4.add(i32x4.dot_i16x8_s(q01, pairs01), i32x4.dot_i16x8_s(q23, pairs23)));
}

/** Outputs i and i + 4 of eight. */
// @ts-ignore: decorator
@inline
function splitAdd(sums: usize, acc: v128, half: v128, low: v128): void {
  v128.store(sums, i32x4.sub(addLow(v128.load(sums), acc, low), half));
  v128.store(sums, addHigh(v128.load(sums, 16), acc), 16);
}

export function sparse1x24DotI16x8(panel: usize, list: usize, end: usize, sums: usize): void {
  const half = i32x4.splat(runTime(HALF, 1));
  const low = i32x4.splat(runTime(LOW, 1));
  while (list < end) {
    let a0 = half, a1 = half, a2 = half;
    const stop = min(end, list + BLOCKS_PER_SPLIT * SHORT_ENTRY);
    for (; list < stop; list += SHORT_ENTRY) {
      const pairs = panel + load<u32>(list);
      const q01 = v128.load32_splat(list, 4), q23 = v128.load32_splat(list, 8);
      a0 = dotAdd2(a0, q01, v128.load(pairs), q23, v128.load(pairs, 16));
      a1 = dotAdd2(a1, q01, v128.load(pairs, 32), q23, v128.load(pairs, 48));
      a2 = dotAdd2(a2, q01, v128.load(pairs, 64), q23, v128.load(pairs, 80));
    }
    splitAdd(sums, a0, half, low);
    splitAdd(sums + 32, a1, half, low);
    splitAdd(sums + 64, a2, half, low);
  }
}
