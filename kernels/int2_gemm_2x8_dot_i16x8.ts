/**
 * 2 rows x an unpacked panel of 4 pairs of outputs, i32x4.dot_i16x8_s: one product serves two outputs.
 *
 * A weight lane holds t0 + 2^14 * t1, so a 32-bit lane gathers A + 2^14 * B, where A and B are the two outputs' sums. A dot
 * adds two products to each, |q| <= 127, so after 4 blocks (32 dots) |A| and |B| are at most 32 * 254 = 8128 < 2^13. The lane
 * starts at 2^13: its low 14 bits then are A + 2^13, without borrowing from B, and the bits above are B; |2^14 * B| < 2^27.
 * The loop is not unrolled on purpose: unrolled, V8 runs out of registers, and a fifth of the speed is lost.
 */
import { sumLanes4, writeOutputs } from './epilogue';
import { addHigh, addLow, HALF, LOW } from './pair_sums';
import { ROW_PARAMS } from './quantize_rows';
import { runTime } from './run_time';

const BLOCKS_PER_SPLIT = 4;

// @ts-ignore: decorator
@inline
function dotAdd(acc: v128, q: v128, pair: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(q, pair));
}

export function gemm2x8DotI16x8(
  panel: usize, q: usize, blocks: i32, params: usize,
  scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, count: i32,
): void {
  const half = i32x4.splat(runTime(HALF, blocks));
  const low = i32x4.splat(runTime(LOW, blocks));
  let s01 = i32x4.splat(runTime(0, blocks)), s03 = s01, s05 = s01, s07 = s01;
  let s11 = s01, s13 = s01, s15 = s01, s17 = s01;
  // Sums of low bits gain HALF at every split: taken off beforehand.
  let s00 = i32x4.splat(-HALF * ((blocks + BLOCKS_PER_SPLIT - 1) / BLOCKS_PER_SPLIT)), s02 = s00, s04 = s00, s06 = s00;
  let s10 = s00, s12 = s00, s14 = s00, s16 = s00;
  for (; blocks > 0; blocks -= BLOCKS_PER_SPLIT) {
    let a00 = half, a02 = half, a04 = half, a06 = half;
    let a10 = half, a12 = half, a14 = half, a16 = half;
    const end = q + (<usize>min(blocks, BLOCKS_PER_SPLIT) << 8);
    for (; q < end; q += 32, panel += 64) {
      const q0 = v128.load(q), q1 = v128.load(q, 16);
      let w = v128.load(panel);
      a00 = dotAdd(a00, q0, w);
      a10 = dotAdd(a10, q1, w);
      w = v128.load(panel, 16);
      a02 = dotAdd(a02, q0, w);
      a12 = dotAdd(a12, q1, w);
      w = v128.load(panel, 32);
      a04 = dotAdd(a04, q0, w);
      a14 = dotAdd(a14, q1, w);
      w = v128.load(panel, 48);
      a06 = dotAdd(a06, q0, w);
      a16 = dotAdd(a16, q1, w);
    }
    s00 = addLow(s00, a00, low);
    s01 = addHigh(s01, a00);
    s02 = addLow(s02, a02, low);
    s03 = addHigh(s03, a02);
    s04 = addLow(s04, a04, low);
    s05 = addHigh(s05, a04);
    s06 = addLow(s06, a06, low);
    s07 = addHigh(s07, a06);
    s10 = addLow(s10, a10, low);
    s11 = addHigh(s11, a10);
    s12 = addLow(s12, a12, low);
    s13 = addHigh(s13, a12);
    s14 = addLow(s14, a14, low);
    s15 = addHigh(s15, a14);
    s16 = addLow(s16, a16, low);
    s17 = addHigh(s17, a16);
  }
  writeOutputs(sumLanes4(s00, s01, s02, s03), params, scale, scaleStride, bias, y, count);
  writeOutputs(sumLanes4(s10, s11, s12, s13), params + ROW_PARAMS, scale, scaleStride, bias, y + yStride, count);
  if (count <= 4) return;
  scale += 4 * scaleStride;
  if (bias) bias += 16;
  y += 16;
  writeOutputs(sumLanes4(s04, s05, s06, s07), params, scale, scaleStride, bias, y, count - 4);
  writeOutputs(sumLanes4(s14, s15, s16, s17), params + ROW_PARAMS, scale, scaleStride, bias, y + yStride, count - 4);
}
