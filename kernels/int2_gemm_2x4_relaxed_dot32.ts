/**
 * 2 rows x an unpacked panel of 4 outputs, i32x4.relaxed_dot_i8x16_i7x16_add_s: sums of q * code, code in {0, 1, 2}.
 * Panel and rows as in int2_gemm_2x4_relaxed_dot16. 32-bit lanes never overflow: the sums are at most 254 * k / 4 < 2^24.
 */
import { subtractRowSum, sumLanes4, writeOutputs } from './epilogue';
import { ROW_PARAMS } from './quantize_rows';
import { runTime } from './run_time';

// @ts-ignore: decorator
@inline
function dotAdd(acc: v128, q: v128, codes: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(q, codes, acc);
}

export function gemm2x4RelaxedDot32(
  panel: usize, q: usize, blocks: i32, params: usize,
  scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, count: i32,
): void {
  let a00 = i32x4.splat(runTime(0, blocks)), a01 = a00, a02 = a00, a03 = a00;
  let a10 = a00, a11 = a00, a12 = a00, a13 = a00;
  const end = q + (<usize>blocks << 7);
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
  const row0 = subtractRowSum(sumLanes4(a00, a01, a02, a03), params);
  const row1 = subtractRowSum(sumLanes4(a10, a11, a12, a13), params + ROW_PARAMS);
  writeOutputs(row0, params, scale, scaleStride, bias, y, count);
  writeOutputs(row1, params + ROW_PARAMS, scale, scaleStride, bias, y + yStride, count);
}
