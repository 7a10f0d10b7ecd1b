/**
 * The caller's scratch memory, cut up. Rows of x are taken in blocks, so that a block's quantized rows stay in the second-level
 * cache while all outputs pass over them, and scratch does not grow with m.
 *
 *   tail of a row | parameters of the block's rows | panel of unpacked weights | quantized rows
 */
import { ROW_PARAMS, TAIL_BYTES } from './quantize_rows';

/** Blocks of 64 inputs in a row of k. */
// @ts-ignore: decorator
@inline
export function blocksOf(k: i32): i32 {
  return (k + 63) >> 6;
}

/** Rows quantized at a time: as many as `bytes` hold, a multiple of 4, at least 16; all if there are fewer. */
// @ts-ignore: decorator
@inline
export function rowsPerBlock(m: i32, rowBytes: i32, bytes: i32): i32 {
  return min(m, max(16, (bytes / rowBytes) & ~3));
}

// @ts-ignore: decorator
@inline
export function paramsOf(scratch: usize): usize {
  return scratch + TAIL_BYTES;
}

/** The first address behind the rows' parameters, on a cache line. */
// @ts-ignore: decorator
@inline
export function panelOf(scratch: usize, rows: i32): usize {
  return (scratch + TAIL_BYTES + <usize>rows * ROW_PARAMS + 63) & ~63;
}
