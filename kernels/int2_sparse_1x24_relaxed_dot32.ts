/**
 * A list of blocks of 4 inputs of 1 row x a panel of 24 outputs, i32x4.relaxed_dot_i8x16_i7x16_add_s: adds the sums of q * code,
 * code in {0, 1, 2}, to those in memory. List and panel as in int2_sparse_1x24_relaxed_dot16. 32-bit lanes never overflow: the
 * sums are at most 254 * k < 2^26.
 */
import { BYTE_ENTRY } from './nonzero_blocks';

// @ts-ignore: decorator
@inline
function dotAdd(acc: v128, q: v128, codes: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(q, codes, acc);
}

export function sparse1x24RelaxedDot32(panel: usize, list: usize, end: usize, sums: usize): void {
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48);
  let a4 = v128.load(sums, 64), a5 = v128.load(sums, 80);
  for (; list < end; list += BYTE_ENTRY) {
    const codes = panel + load<u32>(list);
    const q = v128.load32_splat(list, 4);
    a0 = dotAdd(a0, q, v128.load(codes));
    a1 = dotAdd(a1, q, v128.load(codes, 16));
    a2 = dotAdd(a2, q, v128.load(codes, 32));
    a3 = dotAdd(a3, q, v128.load(codes, 48));
    a4 = dotAdd(a4, q, v128.load(codes, 64));
    a5 = dotAdd(a5, q, v128.load(codes, 80));
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, a4, 64);
  v128.store(sums, a5, 80);
}
