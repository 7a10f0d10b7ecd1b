/** Quantised rows from int8 to the int16 that i32x4.dot_i16x8_s takes, in the order in which a kernel meets them. */
import { runTime } from './run_time';

/** For panels: inputs in their own order, 8 a vector, `stride` bytes from one vector to the next. */
export function widenRow(q8: usize, q16: usize, stride: usize, blocks: i32): void {
  const end = q8 + (<usize>blocks << 6);
  for (; q8 < end; q8 += 8, q16 += stride) v128.store(q16, v128.load8x8_s(q8));
}

/** Even (low) bytes of 16-bit lanes, times 2^left. */
// @ts-ignore: decorator
@inline
function evenBytes(v: v128, left: i32): v128 {
  return i16x8.shr_s(i16x8.shl(v, 8), 8 - left);
}

/** Odd (high) bytes of 16-bit lanes, times 2^left; `high` is 0xff00 in every lane. */
// @ts-ignore: decorator
@inline
function oddBytes(v: v128, left: i32, high: v128): v128 {
  return i16x8.shr_s(v128.and(v, high), 8 - left);
}

/**
 * For packed words: a block of 64 becomes eight vectors. 16-bit lane j of the words holds, from bit 0 up, the codes of inputs
 * 2j, 2j + 16, 2j + 32, 2j + 48, then those of 2j + 1, ... The second code of every four bits is used at four times its value,
 * so the first one's input is stored at four times its value.
 */
export function spreadRow(q8: usize, q16: usize, blocks: i32): void {
  const high = i16x8.splat(<i16>runTime(0xff00, blocks));
  const end = q8 + (<usize>blocks << 6);
  for (; q8 < end; q16 += 64) {
    for (let half = 0; half < 2; half++, q8 += 32, q16 += 32) {
      const a = v128.load(q8), b = v128.load(q8, 16);
      v128.store(q16, evenBytes(a, 2));
      v128.store(q16, evenBytes(b, 0), 16);
      v128.store(q16, oddBytes(a, 2, high), 64);
      v128.store(q16, oddBytes(b, 0, high), 80);
    }
  }
}
