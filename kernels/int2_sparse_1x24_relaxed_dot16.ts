/**
 * A list of blocks of 4 inputs of 1 row x a panel of 24 outputs, i16x8.relaxed_dot_i8x16_i7x16_s: adds the sums of q * code, code
 * in {0, 1, 2}, to those in memory. The list is that of nonzero_blocks.ts, the panel that of unpack_blocks.ts.
 *
 * Bound of a 16-bit lane: a block adds one dot of two products, |q| <= 127, so at most 508; 64 blocks give at most 32512, then
 * the lanes are widened.
 * V8 loads all codes of a block before it multiplies any: with more outputs it runs out of registers, and a third of the speed
 * is lost.
 */
import { BYTE_ENTRY } from './nonzero_blocks';
import { runTime } from './run_time';

const BLOCKS_PER_SUM = 64;

// @ts-ignore: decorator
@inline
function dotAdd(acc: v128, q: v128, codes: v128): v128 {
  return i16x8.add(acc, i16x8.relaxed_dot_i8x16_i7x16_s(q, codes));
}

// @ts-ignore: decorator
@inline
function widenAdd(sums: usize, acc: v128): void {
  v128.store(sums, i32x4.add(v128.load(sums), i32x4.extadd_pairwise_i16x8_s(acc)));
}

export function sparse1x24RelaxedDot16(panel: usize, list: usize, end: usize, sums: usize): void {
  const zero = i32x4.splat(runTime(0, <i32>(end - list)));
  while (list < end) {
    let a0 = zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
    const stop = min(end, list + BLOCKS_PER_SUM * BYTE_ENTRY);
    for (; list < stop; list += BYTE_ENTRY) {
      const codes = panel + load<u32>(list);
      const q = v128.load32_splat(list, 4);
      a0 = dotAdd(a0, q, v128.load(codes));
      a1 = dotAdd(a1, q, v128.load(codes, 16));
      a2 = dotAdd(a2, q, v128.load(codes, 32));
      a3 = dotAdd(a3, q, v128.load(codes, 48));
      a4 = dotAdd(a4, q, v128.load(codes, 64));
      a5 = dotAdd(a5, q, v128.load(codes, 80));
    }
    widenAdd(sums, a0);
    widenAdd(sums + 16, a1);
    widenAdd(sums + 32, a2);
    widenAdd(sums + 48, a3);
    widenAdd(sums + 64, a4);
    widenAdd(sums + 80, a5);
  }
}
