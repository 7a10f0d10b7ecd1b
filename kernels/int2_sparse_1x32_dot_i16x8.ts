/**
 * A list of blocks of 4 inputs of 1 row x a panel of 32 outputs, i32x4.dot_i16x8_s: one product serves two outputs, as in
 * int2_gemm_2x8_dot_i16x8. The list is that of nonzero_blocks.ts, the panel that of unpack_blocks.ts.
 *
 * A block adds two dots to a lane, so that 16 blocks are the 32 dots after which the two outputs' sums are split.
 */
import { writeOutputs32 } from './epilogue';
import { addHigh, addLow, HALF, LOW } from './pair_sums';
import { SHORT_ENTRY } from './nonzero_blocks';
import { runTime } from './run_time';

const BLOCKS_PER_SPLIT = 16;

// @ts-ignore: decorator
@inline
function dotAdd2(acc: v128, q01: v128, pairs01: v128, q23: v128, pairs23: v128): v128 {
  return i32x4.add(acc, i32x4.add(i32x4.dot_i16x8_s(q01, pairs01), i32x4.dot_i16x8_s(q23, pairs23)));
}

export function sparse1x32DotI16x8(
  panel: usize, list: usize, end: usize, params: usize,
  scale: usize, scaleStride: usize, bias: usize, y: usize, count: i32,
): void {
  const half = i32x4.splat(runTime(HALF, count));
  const low = i32x4.splat(runTime(LOW, count));
  const splits = <i32>((end - list + BLOCKS_PER_SPLIT * SHORT_ENTRY - 1) / (BLOCKS_PER_SPLIT * SHORT_ENTRY));
  // Sums of low bits gain HALF at every split: taken off beforehand.
  let s0 = i32x4.splat(-HALF * splits), s2 = s0, s4 = s0, s6 = s0;
  let s1 = i32x4.splat(runTime(0, count)), s3 = s1, s5 = s1, s7 = s1;
  while (list < end) {
    let a0 = half, a2 = half, a4 = half, a6 = half;
    const stop = min(end, list + BLOCKS_PER_SPLIT * SHORT_ENTRY);
    for (; list < stop; list += SHORT_ENTRY) {
      const pairs = panel + load<u32>(list);
      const q01 = v128.load32_splat(list, 4), q23 = v128.load32_splat(list, 8);
      a0 = dotAdd2(a0, q01, v128.load(pairs), q23, v128.load(pairs, 16));
      a2 = dotAdd2(a2, q01, v128.load(pairs, 32), q23, v128.load(pairs, 48));
      a4 = dotAdd2(a4, q01, v128.load(pairs, 64), q23, v128.load(pairs, 80));
      a6 = dotAdd2(a6, q01, v128.load(pairs, 96), q23, v128.load(pairs, 112));
    }
    s0 = addLow(s0, a0, low);
    s1 = addHigh(s1, a0);
    s2 = addLow(s2, a2, low);
    s3 = addHigh(s3, a2);
    s4 = addLow(s4, a4, low);
    s5 = addHigh(s5, a4);
    s6 = addLow(s6, a6, low);
    s7 = addHigh(s7, a6);
  }
  writeOutputs32(s0, s1, s2, s3, s4, s5, s6, s7, params, scale, scaleStride, bias, y, count);
}
