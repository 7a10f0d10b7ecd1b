/**
 * Lanes that gather the sums of two outputs at once, A + 2^14 * B: int2_gemm_2x8_dot_i16x8.ts says when they must be split.
 * A lane starts at HALF, so that its low bits are A + HALF, without borrowing from B, and the bits above are B.
 */
export const HALF = 0x2000;
export const LOW = 0x3fff;

// @ts-ignore: decorator
@inline
export function addLow(sum: v128, acc: v128, low: v128): v128 {
  return i32x4.add(sum, v128.and(acc, low));
}

// @ts-ignore: decorator
@inline
export function addHigh(sum: v128, acc: v128): v128 {
  return i32x4.add(sum, i32x4.shr_s(acc, 14));
}
