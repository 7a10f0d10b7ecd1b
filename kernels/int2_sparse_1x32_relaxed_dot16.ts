/**
 * A list of blocks of 4 inputs of 1 row x a panel of 32 outputs, i16x8.relaxed_dot_i8x16_i7x16_s: sums of q * code, code in
 * {0, 1, 2}, less the sum of q. The list is that of nonzero_blocks.ts, the panel that of unpack_blocks.ts.
 *
 * Bound of a 16-bit lane: a block adds one dot of two products, |q| <= 127, so at most 508; 64 blocks give at most 32512, then
 * the lanes are widened.
 */
import { writeOutputs32 } from './epilogue';
import { BYTE_ENTRY } from './nonzero_blocks';
import { rowSumOf } from './quantize_rows';
import { runTime } from './run_time';

const BLOCKS_PER_SUM = 64;

// @ts-ignore: decorator
@inline
function dotAdd(acc: v128, q: v128, codes: v128): v128 {
  return i16x8.add(acc, i16x8.relaxed_dot_i8x16_i7x16_s(q, codes));
}

// @ts-ignore: decorator
@inline
function widenAdd(sum: v128, acc: v128): v128 {
  return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(acc));
}

export function sparse1x32RelaxedDot16(
  panel: usize, list: usize, end: usize, params: usize,
  scale: usize, scaleStride: usize, bias: usize, y: usize, count: i32,
): void {
  const zero = i32x4.splat(runTime(0, count));
  let s0 = i32x4.splat(-rowSumOf(params)), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  while (list < end) {
    let a0 = zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
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
      a6 = dotAdd(a6, q, v128.load(codes, 96));
      a7 = dotAdd(a7, q, v128.load(codes, 112));
    }
    s0 = widenAdd(s0, a0);
    s1 = widenAdd(s1, a1);
    s2 = widenAdd(s2, a2);
    s3 = widenAdd(s3, a3);
    s4 = widenAdd(s4, a4);
    s5 = widenAdd(s5, a5);
    s6 = widenAdd(s6, a6);
    s7 = widenAdd(s7, a7);
  }
  writeOutputs32(s0, s1, s2, s3, s4, s5, s6, s7, params, scale, scaleStride, bias, y, count);
}
