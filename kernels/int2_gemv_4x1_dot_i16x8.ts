/**
 * Layout int2, 4 outputs x 1 row, i32x4.dot_i16x8_s: sums of q * code, code in {0, 1, 2}, on rows made by spreadRow.
 *
 * Every other code is used where it stands, at four times its value, and meets q itself; the others meet 4 * q. So every
 * product is 4 * q * code, |q| <= 127, and the sum over all lanes at most 4 * 254 * 132104 < 2^28; four divides it exactly.
 */
import { sumLanes4 } from './epilogue';
import { runTime } from './run_time';

// @ts-ignore: decorator
@inline
function dotAdd(acc: v128, q: v128, codes: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(q, codes));
}

export function gemv4x1DotI16(w0: usize, w1: usize, w2: usize, w3: usize, q: usize, blocks: i32): v128 {
  const mask = i16x8.splat(<i16>runTime(3, blocks));
  const mask4 = i16x8.splat(<i16>runTime(12, blocks));
  let s0 = i32x4.splat(runTime(0, blocks)), s1 = s0, s2 = s0, s3 = s0;
  const end = <usize>blocks << 4;
  for (let offset: usize = 0; offset < end; offset += 16, q += 128) {
    let v0 = v128.load(w0 + offset), v1 = v128.load(w1 + offset), v2 = v128.load(w2 + offset), v3 = v128.load(w3 + offset);
    let x = v128.load(q);
    s0 = dotAdd(s0, x, v128.and(v0, mask));
    s1 = dotAdd(s1, x, v128.and(v1, mask));
    s2 = dotAdd(s2, x, v128.and(v2, mask));
    s3 = dotAdd(s3, x, v128.and(v3, mask));
    x = v128.load(q, 16);
    s0 = dotAdd(s0, x, v128.and(v0, mask4));
    s1 = dotAdd(s1, x, v128.and(v1, mask4));
    s2 = dotAdd(s2, x, v128.and(v2, mask4));
    s3 = dotAdd(s3, x, v128.and(v3, mask4));

    v0 = i16x8.shr_u(v0, 4), v1 = i16x8.shr_u(v1, 4), v2 = i16x8.shr_u(v2, 4), v3 = i16x8.shr_u(v3, 4);
    x = v128.load(q, 32);
    s0 = dotAdd(s0, x, v128.and(v0, mask));
    s1 = dotAdd(s1, x, v128.and(v1, mask));
    s2 = dotAdd(s2, x, v128.and(v2, mask));
    s3 = dotAdd(s3, x, v128.and(v3, mask));
    x = v128.load(q, 48);
    s0 = dotAdd(s0, x, v128.and(v0, mask4));
    s1 = dotAdd(s1, x, v128.and(v1, mask4));
    s2 = dotAdd(s2, x, v128.and(v2, mask4));
    s3 = dotAdd(s3, x, v128.and(v3, mask4));

    v0 = i16x8.shr_u(v0, 4), v1 = i16x8.shr_u(v1, 4), v2 = i16x8.shr_u(v2, 4), v3 = i16x8.shr_u(v3, 4);
    x = v128.load(q, 64);
    s0 = dotAdd(s0, x, v128.and(v0, mask));
    s1 = dotAdd(s1, x, v128.and(v1, mask));
    s2 = dotAdd(s2, x, v128.and(v2, mask));
    s3 = dotAdd(s3, x, v128.and(v3, mask));
    x = v128.load(q, 80);
    s0 = dotAdd(s0, x, v128.and(v0, mask4));
    s1 = dotAdd(s1, x, v128.and(v1, mask4));
    s2 = dotAdd(s2, x, v128.and(v2, mask4));
    s3 = dotAdd(s3, x, v128.and(v3, mask4));

    v0 = i16x8.shr_u(v0, 4), v1 = i16x8.shr_u(v1, 4), v2 = i16x8.shr_u(v2, 4), v3 = i16x8.shr_u(v3, 4);
    x = v128.load(q, 96);
    s0 = dotAdd(s0, x, v128.and(v0, mask));
    s1 = dotAdd(s1, x, v128.and(v1, mask));
    s2 = dotAdd(s2, x, v128.and(v2, mask));
    s3 = dotAdd(s3, x, v128.and(v3, mask));
    x = v128.load(q, 112);
    s0 = dotAdd(s0, x, v128.and(v0, mask4));
    s1 = dotAdd(s1, x, v128.and(v1, mask4));
    s2 = dotAdd(s2, x, v128.and(v2, mask4));
    s3 = dotAdd(s3, x, v128.and(v3, mask4));
  }
  return i32x4.shr_s(sumLanes4(s0, s1, s2, s3), 2);
}
