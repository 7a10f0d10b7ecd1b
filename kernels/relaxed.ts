/**
 * Ternary matmul on relaxed SIMD. Two forms of one algorithm, which differ in the dot instruction; which one is faster, and
 * whether either is right on this engine, the caller finds out by running them.
 */
import { subtractRowSum, writeOutputs } from './epilogue';
import { gemm4x2Dot16 } from './int2_gemm_4x2_relaxed_dot16';
import { gemm4x2Dot32 } from './int2_gemm_4x2_relaxed_dot32';
import { gemv4x1Dot16 } from './int2_gemv_4x1_relaxed_dot16';
import { gemv4x1Dot32 } from './int2_gemv_4x1_relaxed_dot32';
import { quantizeRow, ROW_PARAMS } from './quantize_rows';
import { blocksOf, panelOf, paramsOf, rowsPerBlock } from './scratch';
import { unpackBytes } from './unpack_int2';

/** Quantised bytes of a block of rows: half of a common second-level cache. */
const BLOCK_BYTES = 262144;

/** Fewer rows than this do not repay the unpacking of a panel. */
const MIN_GEMM_ROWS = 4;

/** Bytes of scratch that a call with these m and k needs, at any 4-byte alignment. */
export function scratchBytes(m: i32, k: i32): i32 {
  const rowBytes = blocksOf(k) << 6;
  const rows = rowsPerBlock(m, rowBytes, BLOCK_BYTES);
  return <i32>panelOf(0, rows) + 64 + (4 + rows) * rowBytes;
}

export function ternaryMatMulDot16(
  x: usize, packed: usize, scale: usize, scaleCount: i32, bias: usize, y: usize, yStride: usize, m: i32, k: i32, n: i32,
  eps: f32, floor: f32, scratch: usize,
): void {
  matMul(false, x, packed, scale, scaleCount, bias, y, yStride, m, k, n, eps, floor, scratch);
}

export function ternaryMatMulDot32(
  x: usize, packed: usize, scale: usize, scaleCount: i32, bias: usize, y: usize, yStride: usize, m: i32, k: i32, n: i32,
  eps: f32, floor: f32, scratch: usize,
): void {
  matMul(true, x, packed, scale, scaleCount, bias, y, yStride, m, k, n, eps, floor, scratch);
}

function matMul(
  dot32: bool, x: usize, packed: usize, scale: usize, scaleCount: i32, bias: usize, y: usize, yStride: usize, m: i32, k: i32, n: i32,
  eps: f32, floor: f32, scratch: usize,
): void {
  const blocks = blocksOf(k);
  const rowBytes = <usize>blocks << 6;
  const step = rowsPerBlock(m, <i32>rowBytes, BLOCK_BYTES);
  const params = paramsOf(scratch);
  const panel = panelOf(scratch, step);
  const q = panel + 4 * rowBytes;
  for (let row = 0; row < m; row += step) {
    const rows = min(step, m - row);
    const paired = rows < MIN_GEMM_ROWS ? 0 : rows & ~1;
    quantizeRows(x, k, eps, floor, q, rowBytes, params, scratch, paired, rows);
    if (paired) multiplyPairs(dot32, q, params, panel, paired, packed, scale, scaleCount, bias, y, yStride, blocks, n);
    if (paired < rows) {
      const singleQ = q + <usize>paired * rowBytes, singleParams = params + <usize>paired * ROW_PARAMS;
      const singleY = y + <usize>paired * yStride;
      multiplySingles(dot32, singleQ, singleParams, rows - paired, packed, scale, scaleCount, bias, singleY, yStride, blocks, n);
    }
    x += <usize>rows * <usize>k << 2;
    y += <usize>rows * yStride;
  }
}

/** Paired rows are interleaved by vectors; the other rows lie by themselves. */
function quantizeRows(
  x: usize, k: i32, eps: f32, floor: f32, q: usize, rowBytes: usize, params: usize, tail: usize, paired: i32, rows: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const inPair = r < paired;
    const to = inPair ? q + <usize>(r & ~1) * rowBytes + (<usize>(r & 1) << 4) : q + <usize>r * rowBytes;
    quantizeRow(x, k, eps, floor, to, inPair ? 32 : 16, blocksOf(k), params, tail);
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

/** All outputs of an even number of rows, 4 outputs x 2 rows at a time from a panel. */
function multiplyPairs(
  dot32: bool, q: usize, params: usize, panel: usize, rows: i32,
  packed: usize, scale: usize, scaleCount: i32, bias: usize, y: usize, yStride: usize, blocks: i32, n: i32,
): void {
  for (let left = n; left > 0; left -= 4) {
    for (let i = 0; i < 4; i++) unpackBytes(rowOf(packed, i, left, blocks), panel + (<usize>i << 4), 64, blocks);
    let rowQ = q, rowParams = params, rowY = y;
    for (let r = 0; r < rows; r += 2) {
      if (dot32) gemm4x2Dot32(panel, rowQ, blocks, rowParams, scale, scaleCount, bias, rowY, yStride, left);
      else gemm4x2Dot16(panel, rowQ, blocks, rowParams, scale, scaleCount, bias, rowY, yStride, left);
      rowQ += <usize>blocks << 7;
      rowParams += 2 * ROW_PARAMS;
      rowY += 2 * yStride;
    }
    packed += <usize>blocks << 6;
    if (scaleCount > 1) scale += 16;
    if (bias) bias += 16;
    y += 16;
  }
}

/** All outputs of a few rows, 4 outputs x 1 row at a time from the packed words. */
function multiplySingles(
  dot32: bool, q: usize, params: usize, rows: i32,
  packed: usize, scale: usize, scaleCount: i32, bias: usize, y: usize, yStride: usize, blocks: i32, n: i32,
): void {
  for (let left = n; left > 0; left -= 4) {
    const w1 = rowOf(packed, 1, left, blocks), w2 = rowOf(packed, 2, left, blocks), w3 = rowOf(packed, 3, left, blocks);
    let rowQ = q, rowParams = params, rowY = y;
    for (let r = 0; r < rows; r++) {
      const sums = dot32
        ? gemv4x1Dot32(packed, w1, w2, w3, rowQ, blocks)
        : gemv4x1Dot16(packed, w1, w2, w3, rowQ, blocks);
      writeOutputs(subtractRowSum(sums, rowParams), rowParams, scale, scaleCount, bias, rowY, left);
      rowQ += <usize>blocks << 6;
      rowParams += ROW_PARAMS;
      rowY += yStride;
    }
    packed += <usize>blocks << 6;
    if (scaleCount > 1) scale += 16;
    if (bias) bias += 16;
    y += 16;
  }
}
