/** Quantized rows from int8 to the int16 that i32x4.dot_i16x8_s takes, in the order in which a microkernel meets them. */

/** For panels: inputs in their own order, 8 a vector, `stride` bytes from one vector to the next. */
export function widenRow(q8: usize, q16: usize, stride: usize, blocks: i32): void {
  const end = q8 + (<usize>blocks << 6);
  for (; q8 < end; q8 += 8, q16 += stride) v128.store(q16, v128.load8x8_s(q8));
}

/**
 * For packed words: a block of 64 becomes eight vectors, the factors of int2_gemv_1x4_dot_i16x8. 16-bit lane j of the words
 * holds, from bit 0 up, the codes of inputs 2j, 2j + 16, 2j + 32, 2j + 48, then those of 2j + 1, ...
 * The first code is masked there, so the factors of the first two are the inputs themselves.
 */
export function spreadRow(q8: usize, q16: usize, blocks: i32): void {
  const end = q8 + (<usize>blocks << 6);
  for (; q8 < end; q8 += 64) {
    let before = i16x8.splat(0);
    for (let s: usize = 0; s < 8; s++, q16 += 16) {
      let q = v128.load(q8 + ((s & 3) << 4));
      if (s < 4) q = i16x8.shl(q, 8);
      q = i16x8.shr_s(q, 8);
      v128.store(q16, i16x8.sub(q, i16x8.shl(before, 2)));
      if (s) before = q;
    }
  }
}
