/**
 * Layout int2, 1 row x 4 outputs, i16x8.relaxed_dot_i8x16_i7x16_s: sums of q * code, code in {0, 1, 2}.
 *
 * The codes are the second operand, of which only 7 bits are defined. Two of the four codes of a byte are used where they
 * stand, in bits 2-3, at four times their value; their products' sum is divided by four, exactly, before it joins the others.
 * Bounds of a 16-bit lane: a dot adds two products, |q| <= 127, so it is at most 508, or 4 * 508 = 2032 before the division. A
 * block of 64 adds at most 4 * 508 = 2032, and 16 blocks 32512: then the lanes are widened.
 */
import { sumLanes4 } from './epilogue';
import { runTime } from './run_time';
import { afterTouching, touch } from './touch_ahead';

const BLOCKS_PER_SUM = 16;

// @ts-ignore: decorator
@inline
function dot(q: v128, codes: v128): v128 {
  return i16x8.relaxed_dot_i8x16_i7x16_s(q, codes);
}

/** The dot products of one block, added to `acc`. */
// @ts-ignore: decorator
@inline
function addBlock(acc: v128, w: usize, q0: v128, q1: v128, q2: v128, q3: v128, mask: v128, mask4: v128): v128 {
  const v = v128.load(w);
  const high = i16x8.shr_u(v, 4);
  const once = i16x8.add(i16x8.add(acc, dot(q0, v128.and(v, mask))), dot(q2, v128.and(high, mask)));
  const fourfold = i16x8.add(dot(q1, v128.and(v, mask4)), dot(q3, v128.and(high, mask4)));
  return i16x8.add(once, i16x8.shr_s(fourfold, 2));
}

// @ts-ignore: decorator
@inline
function widenAdd(sum: v128, acc: v128): v128 {
  return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(acc));
}

export function gemv1x4RelaxedDot16(w0: usize, w1: usize, w2: usize, w3: usize, next: usize, q: usize, blocks: i32): v128 {
  const mask = i8x16.splat(<i8>runTime(3, blocks));
  const mask4 = i8x16.splat(<i8>runTime(12, blocks));
  const zero = i32x4.splat(runTime(0, blocks));
  let s0 = zero, s1 = s0, s2 = s0, s3 = s0;
  let offset: usize = 0, touched = 0;
  for (let left = blocks; left > 0; left -= BLOCKS_PER_SUM) {
    let a0 = zero, a1 = a0, a2 = a0, a3 = a0;
    const end = offset + (<usize>min(left, BLOCKS_PER_SUM) << 4);
    for (; offset < end; offset += 16, q += 64) {
      const q0 = v128.load(q), q1 = v128.load(q, 16), q2 = v128.load(q, 32), q3 = v128.load(q, 48);
      touched = touch(touched, next + (offset << 2));
      a0 = addBlock(a0, w0 + offset, q0, q1, q2, q3, mask, mask4);
      a1 = addBlock(a1, w1 + offset, q0, q1, q2, q3, mask, mask4);
      a2 = addBlock(a2, w2 + offset, q0, q1, q2, q3, mask, mask4);
      a3 = addBlock(a3, w3 + offset, q0, q1, q2, q3, mask, mask4);
    }
    s0 = widenAdd(s0, a0);
    s1 = widenAdd(s1, a1);
    s2 = widenAdd(s2, a2);
    s3 = widenAdd(s3, a3);
  }
  return afterTouching(touched, sumLanes4(s0, s1, s2, s3), blocks);
}
