/**
 * 2 rows x an unpacked panel of 4 outputs, i16x8.relaxed_dot_i8x16_i7x16_s: sums of q * code, code in {0, 1, 2}.
 *
 * Panel and rows hold chunks of 16 inputs, interleaved: 4 x 16 codes, 2 x 16 int8. The codes are the second operand, of which
 * only 7 bits are defined. Bound of a 16-bit lane: a dot adds two products, |q| <= 127, so at most 508; 64 chunks (16 blocks)
 * give at most 32512, then the lanes are widened.
 * The loop is not unrolled on purpose: unrolled, V8 runs out of registers, and a fifth of the speed is lost.
 */
import { subtractRowSum, sumLanes4, writeOutputs } from './epilogue';
import { ROW_PARAMS } from './quantize_rows';
import { runTime } from './run_time';

const CHUNKS_PER_SUM = 64;

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

export function gemm2x4RelaxedDot16(
  panel: usize, q: usize, blocks: i32, params: usize,
  scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, count: i32,
): void {
  const zero = i32x4.splat(runTime(0, blocks));
  let s00 = zero, s01 = s00, s02 = s00, s03 = s00;
  let s10 = s00, s11 = s00, s12 = s00, s13 = s00;
  for (let chunks = blocks << 2; chunks > 0; chunks -= CHUNKS_PER_SUM) {
    let a00 = zero, a01 = a00, a02 = a00, a03 = a00;
    let a10 = a00, a11 = a00, a12 = a00, a13 = a00;
    const end = q + (<usize>min(chunks, CHUNKS_PER_SUM) << 5);
    for (; q < end; q += 32, panel += 64) {
      const q0 = v128.load(q), q1 = v128.load(q, 16);
      let w = v128.load(panel);
      a00 = dotAdd(a00, q0, w);
      a10 = dotAdd(a10, q1, w);
      w = v128.load(panel, 16);
      a01 = dotAdd(a01, q0, w);
      a11 = dotAdd(a11, q1, w);
      w = v128.load(panel, 32);
      a02 = dotAdd(a02, q0, w);
      a12 = dotAdd(a12, q1, w);
      w = v128.load(panel, 48);
      a03 = dotAdd(a03, q0, w);
      a13 = dotAdd(a13, q1, w);
    }
    s00 = widenAdd(s00, a00);
    s01 = widenAdd(s01, a01);
    s02 = widenAdd(s02, a02);
    s03 = widenAdd(s03, a03);
    s10 = widenAdd(s10, a10);
    s11 = widenAdd(s11, a11);
    s12 = widenAdd(s12, a12);
    s13 = widenAdd(s13, a13);
  }
  const row0 = subtractRowSum(sumLanes4(s00, s01, s02, s03), params);
  const row1 = subtractRowSum(sumLanes4(s10, s11, s12, s13), params + ROW_PARAMS);
  writeOutputs(row0, params, scale, scaleStride, bias, y, count);
  writeOutputs(row1, params + ROW_PARAMS, scale, scaleStride, bias, y + yStride, count);
}
