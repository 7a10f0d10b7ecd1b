/**
 * Layout int2, 1 row x 4 outputs, i32x4.relaxed_dot_i8x16_i7x16_add_s: sums of q * code, code in {0, 1, 2}.
 *
 * One instruction where the machine has an 8-bit dot product. Two of the four codes of a byte are used where they stand, in
 * bits 2-3, at four times their value; their sums `b` are kept apart and divided by four, exactly, at the end. Bound of a 32-bit
 * lane: 4 * 254 a product, a quarter of the inputs each, so below 2^26; of the 16-bit ones inside the instruction: 2032.
 */
import { sumLanes4 } from './epilogue';
import { runTime } from './run_time';
import { afterTouching, touch } from './touch_ahead';

// @ts-ignore: decorator
@inline
function addDots(acc: v128, q: v128, codes: v128, q2: v128, codes2: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(q2, codes2, i32x4.relaxed_dot_i8x16_i7x16_add_s(q, codes, acc));
}

// @ts-ignore: decorator
@inline
function join(a: v128, b: v128): v128 {
  return i32x4.add(a, i32x4.shr_s(b, 2));
}

export function gemv1x4RelaxedDot32(w0: usize, w1: usize, w2: usize, w3: usize, next: usize, q: usize, blocks: i32): v128 {
  const mask = i8x16.splat(<i8>runTime(3, blocks));
  const mask4 = i8x16.splat(<i8>runTime(12, blocks));
  let a0 = i32x4.splat(runTime(0, blocks)), a1 = a0, a2 = a0, a3 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const end = <usize>blocks << 4;
  let touched = 0;
  for (let offset: usize = 0; offset < end; offset += 16, q += 64) {
    const q0 = v128.load(q), q1 = v128.load(q, 16), q2 = v128.load(q, 32), q3 = v128.load(q, 48);
    touched = touch(touched, next + (offset << 2));
    let v = v128.load(w0 + offset);
    let high = i16x8.shr_u(v, 4);
    a0 = addDots(a0, q0, v128.and(v, mask), q2, v128.and(high, mask));
    b0 = addDots(b0, q1, v128.and(v, mask4), q3, v128.and(high, mask4));
    v = v128.load(w1 + offset);
    high = i16x8.shr_u(v, 4);
    a1 = addDots(a1, q0, v128.and(v, mask), q2, v128.and(high, mask));
    b1 = addDots(b1, q1, v128.and(v, mask4), q3, v128.and(high, mask4));
    v = v128.load(w2 + offset);
    high = i16x8.shr_u(v, 4);
    a2 = addDots(a2, q0, v128.and(v, mask), q2, v128.and(high, mask));
    b2 = addDots(b2, q1, v128.and(v, mask4), q3, v128.and(high, mask4));
    v = v128.load(w3 + offset);
    high = i16x8.shr_u(v, 4);
    a3 = addDots(a3, q0, v128.and(v, mask), q2, v128.and(high, mask));
    b3 = addDots(b3, q1, v128.and(v, mask4), q3, v128.and(high, mask4));
  }
  const sums = sumLanes4(join(a0, b0), join(a1, b1), join(a2, b2), join(a3, b3));
  return afterTouching(touched, sums, blocks);
}
