/**
 * Layout int2, 1 row x 4 outputs, i32x4.dot_i16x8_s: sums of q * code, code in {0, 1, 2}, on rows made by spreadRow.
 *
 * A 16-bit lane L of the words holds codes c0 to c7, and codes above the first are used without masking: with
 * L_s = L >> 2s, c_s = L_s - 4 L_(s+1), so that
 *
 *   sum of q_s c_s, s from 1 to 7 = q_1 L_1 + sum of (q_s - 4 q_(s-1)) L_s, s from 2 to 7
 *
 * and spreadRow stores those factors. L_1 <= 0x2aaa is positive as a signed lane, factors are at most 635, so a dot is below 2^24.
 * Sums over blocks may wrap around 2^32 on the way; the result, at most 2 * 127 * 132104 < 2^26, is exact modulo 2^32.
 */
import { sumLanes4 } from './epilogue';
import { runTime } from './run_time';
import { afterTouching, touch } from './touch_ahead';

// @ts-ignore: decorator
@inline
function dotAdd(acc: v128, q: v128, codes: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(q, codes));
}

export function gemv1x4DotI16x8(w0: usize, w1: usize, w2: usize, w3: usize, next: usize, q: usize, blocks: i32): v128 {
  const mask = i16x8.splat(<i16>runTime(3, blocks));
  let s0 = i32x4.splat(runTime(0, blocks)), s1 = s0, s2 = s0, s3 = s0;
  const end = <usize>blocks << 4;
  let touched = 0;
  for (let offset: usize = 0; offset < end; offset += 16, q += 128) {
    const v0 = v128.load(w0 + offset), v1 = v128.load(w1 + offset), v2 = v128.load(w2 + offset), v3 = v128.load(w3 + offset);
    touched = touch(touched, next + (offset << 2));
    const x = v128.load(q);
    s0 = dotAdd(s0, x, v128.and(v0, mask));
    s1 = dotAdd(s1, x, v128.and(v1, mask));
    s2 = dotAdd(s2, x, v128.and(v2, mask));
    s3 = dotAdd(s3, x, v128.and(v3, mask));
    const x1 = v128.load(q, 16);
    s0 = dotAdd(s0, x1, i16x8.shr_u(v0, 2));
    s1 = dotAdd(s1, x1, i16x8.shr_u(v1, 2));
    s2 = dotAdd(s2, x1, i16x8.shr_u(v2, 2));
    s3 = dotAdd(s3, x1, i16x8.shr_u(v3, 2));
    const x2 = v128.load(q, 32);
    s0 = dotAdd(s0, x2, i16x8.shr_u(v0, 4));
    s1 = dotAdd(s1, x2, i16x8.shr_u(v1, 4));
    s2 = dotAdd(s2, x2, i16x8.shr_u(v2, 4));
    s3 = dotAdd(s3, x2, i16x8.shr_u(v3, 4));
    const x3 = v128.load(q, 48);
    s0 = dotAdd(s0, x3, i16x8.shr_u(v0, 6));
    s1 = dotAdd(s1, x3, i16x8.shr_u(v1, 6));
    s2 = dotAdd(s2, x3, i16x8.shr_u(v2, 6));
    s3 = dotAdd(s3, x3, i16x8.shr_u(v3, 6));
    const x4 = v128.load(q, 64);
    s0 = dotAdd(s0, x4, i16x8.shr_u(v0, 8));
    s1 = dotAdd(s1, x4, i16x8.shr_u(v1, 8));
    s2 = dotAdd(s2, x4, i16x8.shr_u(v2, 8));
    s3 = dotAdd(s3, x4, i16x8.shr_u(v3, 8));
    const x5 = v128.load(q, 80);
    s0 = dotAdd(s0, x5, i16x8.shr_u(v0, 10));
    s1 = dotAdd(s1, x5, i16x8.shr_u(v1, 10));
    s2 = dotAdd(s2, x5, i16x8.shr_u(v2, 10));
    s3 = dotAdd(s3, x5, i16x8.shr_u(v3, 10));
    const x6 = v128.load(q, 96);
    s0 = dotAdd(s0, x6, i16x8.shr_u(v0, 12));
    s1 = dotAdd(s1, x6, i16x8.shr_u(v1, 12));
    s2 = dotAdd(s2, x6, i16x8.shr_u(v2, 12));
    s3 = dotAdd(s3, x6, i16x8.shr_u(v3, 12));
    const x7 = v128.load(q, 112);
    s0 = dotAdd(s0, x7, i16x8.shr_u(v0, 14));
    s1 = dotAdd(s1, x7, i16x8.shr_u(v1, 14));
    s2 = dotAdd(s2, x7, i16x8.shr_u(v2, 14));
    s3 = dotAdd(s3, x7, i16x8.shr_u(v3, 14));
  }
  return afterTouching(touched, sumLanes4(s0, s1, s2, s3), blocks);
}
