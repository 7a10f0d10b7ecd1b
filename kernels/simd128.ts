/**
 * Ternary matmul on WebAssembly's first SIMD instructions, which every current engine has.
 */
import { subtractRowSum, writeOutputs } from './epilogue';
import { gemm8x2DotI16 } from './int2_gemm_8x2_dot_i16x8';
import { gemv4x1DotI16 } from './int2_gemv_4x1_dot_i16x8';
import { quantizeRow, ROW_PARAMS } from './quantize_rows';
import { blocksOf, panelOf, paramsOf, rowsPerBlock } from './scratch';
import { unpackPair } from './unpack_int2';
import { spreadRow, widenRow } from './widen_rows';

/** Quantised bytes of a block of rows: half of a common second-level cache. */
const BLOCK_BYTES = 262144;

/** Fewer rows than this do not repay the unpacking of a panel. */
const MIN_GEMM_ROWS = 2;

/** Bytes of scratch that a call with these m and k needs, at any 4-byte alignment. */
export function scratchBytes(m: i32, k: i32): i32 {
  const rowBytes = blocksOf(k) << 7;
  const rows = rowsPerBlock(m, rowBytes, BLOCK_BYTES);
  return <i32>panelOf(0, rows) + 64 + (5 + rows) * rowBytes;
}

export function ternaryMatMul(
  x: usize, packed: usize, scale: usize, scaleCount: i32, bias: usize, y: usize, yStride: usize, m: i32, k: i32, n: i32,
  eps: f32, floor: f32, scratch: usize,
): void {
  const blocks = blocksOf(k);
  const rowBytes = <usize>blocks << 7;
  const step = rowsPerBlock(m, <i32>rowBytes, BLOCK_BYTES);
  const params = paramsOf(scratch);
  const panel = panelOf(scratch, step);
  const q8 = panel + 4 * rowBytes;
  const q = q8 + rowBytes;
  for (let row = 0; row < m; row += step) {
    const rows = min(step, m - row);
    const paired = rows < MIN_GEMM_ROWS ? 0 : rows & ~1;
    quantizeRows(x, k, eps, floor, q8, q, rowBytes, params, scratch, paired, rows);
    if (paired) multiplyPairs(q, params, panel, paired, packed, scale, scaleCount, bias, y, yStride, blocks, n);
    if (paired < rows) {
      const singleQ = q + <usize>paired * rowBytes, singleParams = params + <usize>paired * ROW_PARAMS;
      const singleY = y + <usize>paired * yStride;
      multiplySingles(singleQ, singleParams, rows - paired, packed, scale, scaleCount, bias, singleY, yStride, blocks, n);
    }
    x += <usize>rows * <usize>k << 2;
    y += <usize>rows * yStride;
  }
}

/** Paired rows are interleaved by vectors; the other rows lie by themselves. */
function quantizeRows(
  x: usize, k: i32, eps: f32, floor: f32, q8: usize, q: usize, rowBytes: usize, params: usize, tail: usize, paired: i32, rows: i32,
): void {
  const blocks = blocksOf(k);
  for (let r = 0; r < rows; r++) {
    quantizeRow(x, k, eps, floor, q8, 16, blocks, params, tail);
    if (r < paired) widenRow(q8, q + <usize>(r & ~1) * rowBytes + (<usize>(r & 1) << 4), 32, blocks);
    else spreadRow(q8, q + <usize>r * rowBytes, blocks);
    x += <usize>k << 2;
    params += ROW_PARAMS;
  }
}

/** Output i's words; absent outputs of the last tile stand for the last one, and are not written. */
// @ts-ignore: decorator
@inline
function rowOf(packed: usize, i: i32, count: i32, blocks: i32): usize {
  return packed + (<usize>(min(i, count - 1) * blocks) << 4);
}

/** All outputs of an even number of rows, 8 outputs x 2 rows at a time from a panel. */
function multiplyPairs(
  q: usize, params: usize, panel: usize, rows: i32,
  packed: usize, scale: usize, scaleCount: i32, bias: usize, y: usize, yStride: usize, blocks: i32, n: i32,
): void {
  for (let left = n; left > 0; left -= 8) {
    for (let i = 0; i < 4; i++) {
      const w0 = rowOf(packed, 2 * i, left, blocks), w1 = rowOf(packed, 2 * i + 1, left, blocks);
      unpackPair(w0, w1, panel + (<usize>i << 4), 64, blocks);
    }
    let rowQ = q, rowParams = params, rowY = y;
    for (let r = 0; r < rows; r += 2) {
      gemm8x2DotI16(panel, rowQ, blocks, rowParams, scale, scaleCount, bias, rowY, yStride, left);
      rowQ += <usize>blocks << 8;
      rowParams += 2 * ROW_PARAMS;
      rowY += 2 * yStride;
    }
    packed += <usize>blocks << 7;
    if (scaleCount > 1) scale += 32;
    if (bias) bias += 32;
    y += 32;
  }
}

/** All outputs of a few rows, 4 outputs x 1 row at a time from the packed words. */
function multiplySingles(
  q: usize, params: usize, rows: i32,
  packed: usize, scale: usize, scaleCount: i32, bias: usize, y: usize, yStride: usize, blocks: i32, n: i32,
): void {
  for (let left = n; left > 0; left -= 4) {
    const w1 = rowOf(packed, 1, left, blocks), w2 = rowOf(packed, 2, left, blocks), w3 = rowOf(packed, 3, left, blocks);
    let rowQ = q, rowParams = params, rowY = y;
    for (let r = 0; r < rows; r++) {
      const sums = gemv4x1DotI16(packed, w1, w2, w3, rowQ, blocks);
      writeOutputs(subtractRowSum(sums, rowParams), rowParams, scale, scaleCount, bias, rowY, left);
      rowQ += <usize>blocks << 7;
      rowParams += ROW_PARAMS;
      rowY += yStride;
    }
    packed += <usize>blocks << 6;
    if (scaleCount > 1) scale += 16;
    if (bias) bias += 16;
    y += 16;
  }
}
