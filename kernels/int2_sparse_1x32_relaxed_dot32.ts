/**
 * A list of blocks of 4 inputs of 1 row x a panel of 32 outputs, i32x4.relaxed_dot_i8x16_i7x16_add_s: sums of q * code, code in
 * {0, 1, 2}, less the sum of q. List and panel as in int2_sparse_1x32_relaxed_dot16. 32-bit lanes never overflow: |sum| <= 254 * k < 2^26.
 */
import { writeOutputs32 } from './epilogue';
import { BYTE_ENTRY } from './nonzero_blocks';
import { rowSumOf } from './quantize_rows';

// @ts-ignore: decorator
@inline
function dotAdd(acc: v128, q: v128, codes: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(q, codes, acc);
}

export function sparse1x32RelaxedDot32(
  panel: usize, list: usize, end: usize, params: usize,
  scale: usize, scaleStride: usize, bias: usize, y: usize, count: i32,
): void {
  let s0 = i32x4.splat(-rowSumOf(params)), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (; list < end; list += BYTE_ENTRY) {
    const codes = panel + load<u32>(list);
    const q = v128.load32_splat(list, 4);
    s0 = dotAdd(s0, q, v128.load(codes));
    s1 = dotAdd(s1, q, v128.load(codes, 16));
    s2 = dotAdd(s2, q, v128.load(codes, 32));
    s3 = dotAdd(s3, q, v128.load(codes, 48));
    s4 = dotAdd(s4, q, v128.load(codes, 64));
    s5 = dotAdd(s5, q, v128.load(codes, 80));
    s6 = dotAdd(s6, q, v128.load(codes, 96));
    s7 = dotAdd(s7, q, v128.load(codes, 112));
  }
  writeOutputs32(s0, s1, s2, s3, s4, s5, s6, s7, params, scale, scaleStride, bias, y, count);
}
