/**
 * The driver of a ternary matrix product, for the tiles of every module: it quantizes x, and leads the microkernels over rows
 * and outputs. The arguments lie in memory at `args`, see mat_mul_args.ts.
 *
 * A call computes the outputs from `first` on, `count` of them, so that threads can share a product: they read the same
 * arguments, and each has a scratch memory of its own.
 */
import { subtractRowSum, writeOutputs } from './epilogue';
import { gatheredBytes, gatherWindow, scaleOfImage, sumOfRow } from './gather_windows';
import { MatMulArg } from './mat_mul_args';
import { ROW_PARAMS, storeBounds, storeParams } from './quantize_rows';
import { blocksOf, panelOf, paramsOf, rowsPerBlock } from './scratch';
import { listRows, multiplyBlocks, SPARSE_PANEL_BYTES, sparseBytes } from './sparse_rows';
import { packedBytes, packedOutput, Tiles } from './tiles';

/** Quantized bytes of a block of rows: half of a common second-level cache. */
export const BLOCK_BYTES = 262144;

/** Rows quantized at a time. */
// @ts-ignore: decorator
@inline
function rowsAtOnce<T extends Tiles>(rows: i32, rowBytes: i32, skipZeroBlocks: bool): i32 {
  return rowsPerBlock(rows, rowBytes, skipZeroBlocks ? changetype<T>(0).listedBytes() : BLOCK_BYTES);
}

/** Quantized rows that a panel is as large as. */
const PANEL_ROWS = 4;

/** Outputs of the gemv's tile. */
const GEMV_OUTPUTS = 4;

// @ts-ignore: decorator
@inline
function argument<T>(args: usize, name: MatMulArg): T {
  return load<T>(args + (<usize>name << 2));
}

/** Bytes of the room for a panel, and of what `quantize` needs behind it. */
// @ts-ignore: decorator
@inline
function panelBytes<T extends Tiles>(blocks: i32, skipZeroBlocks: bool): usize {
  const tiles = changetype<T>(0);
  const dense = <usize>((PANEL_ROWS + tiles.spareRows()) * blocks) << tiles.blockShift();
  return skipZeroBlocks ? max(dense, SPARSE_PANEL_BYTES) : dense;
}

/** Bytes of scratch that a call with these rows and inputs needs, at any 4-byte alignment. */
// @ts-ignore: decorator
@inline
export function scratchBytesOf<T extends Tiles>(rows: i32, k: i32, skipZeroBlocks: bool, gathers: bool): i32 {
  const tiles = changetype<T>(0);
  const blocks = blocksOf(k);
  const rowBytes = blocks << tiles.blockShift();
  const step = rowsAtOnce<T>(rows, rowBytes, skipZeroBlocks);
  const sparse = skipZeroBlocks ? sparseBytes<T>(step, blocks) : gathers ? gatheredBytes(blocks) : 0;
  return <i32>(panelOf(0, step) + 64 + panelBytes<T>(blocks, skipZeroBlocks) + sparse) + step * rowBytes;
}

export function matMul<T extends Tiles>(args: usize, first: i32, count: i32, scratch: usize): void {
  const tiles = changetype<T>(0);
  const k = argument<i32>(args, MatMulArg.inFeatures);
  const rows = argument<i32>(args, MatMulArg.rows);
  const yStride = argument<usize>(args, MatMulArg.yStride);
  const scaleStride = argument<usize>(args, MatMulArg.scaleStride);
  const blocks = blocksOf(k);
  const packed = argument<usize>(args, MatMulArg.packed) + <usize>first * packedBytes(blocks);
  const scale = argument<usize>(args, MatMulArg.scale) + <usize>first * scaleStride;
  const allBias = argument<usize>(args, MatMulArg.bias);
  const bias = allBias ? allBias + (<usize>first << 2) : 0;
  let y = argument<usize>(args, MatMulArg.y) + (<usize>first << 2);
  let x = argument<usize>(args, MatMulArg.x);

  const rowBytes = <usize>blocks << tiles.blockShift();
  const skipZeroBlocks = argument<i32>(args, MatMulArg.skipZeroBlocks) != 0;
  const step = rowsAtOnce<T>(rows, <i32>rowBytes, skipZeroBlocks);
  const denseStep = rowsPerBlock(rows, <i32>rowBytes, BLOCK_BYTES);
  const params = paramsOf(scratch);
  const panel = panelOf(scratch, step);
  const q = panel + panelBytes<T>(blocks, skipZeroBlocks);
  const sparse = q + <usize>step * rowBytes;
  const windows = argument<usize>(args, MatMulArg.windows);
  const firstWindow = argument<i32>(args, MatMulArg.firstWindow);
  for (let row = 0; row < rows; row += step) {
    const left = min(step, rows - row);
    const paired = left < tiles.minGemmRows() ? 0 : left & ~1;
    if (windows) gatherRows<T>(args, windows, firstWindow + row, sparse, q, rowBytes, params, paired, left);
    else quantizeRows<T>(args, x, panel + PANEL_ROWS * rowBytes, q, rowBytes, params, scratch, paired, left);
    if (skipZeroBlocks && listRows<T>(q, paired, blocks, sparse)) {
      multiplyBlocks<T>(sparse, params, panel, paired, packed, scale, scaleStride, bias, y, yStride, blocks, count);
    } else {
      for (let r = 0; r < paired; r += denseStep) {
        const pairs = min(denseStep, paired - r), from = <usize>r;
        const pairsQ = q + from * rowBytes, pairsParams = params + from * ROW_PARAMS, pairsY = y + from * yStride;
        multiplyPairs<T>(
          pairsQ, pairsParams, panel, pairs, packed, scale, scaleStride, bias, pairsY, yStride, blocks, count,
        );
      }
    }
    if (paired < left) {
      const singleQ = q + <usize>paired * rowBytes, singleParams = params + <usize>paired * ROW_PARAMS;
      const singleY = y + <usize>paired * yStride;
      multiplySingles<T>(
        singleQ, singleParams, left - paired, packed, scale, scaleStride, bias, singleY, yStride, blocks, count,
      );
    }
    x += <usize>left * <usize>k << 2;
    y += <usize>left * yStride;
  }
}

/** The address of quantized row r: paired rows are interleaved by vectors, the other rows lie by themselves. */
// @ts-ignore: decorator
@inline
function rowOf(q: usize, r: i32, rowBytes: usize, paired: i32): usize {
  return r < paired ? q + <usize>(r & ~1) * rowBytes + (<usize>(r & 1) << 4) : q + <usize>r * rowBytes;
}

function quantizeRows<T extends Tiles>(
  args: usize, x: usize, spare: usize, q: usize, rowBytes: usize, params: usize, tail: usize, paired: i32, rows: i32,
): void {
  const tiles = changetype<T>(0);
  const k = argument<i32>(args, MatMulArg.inFeatures);
  const eps = argument<f32>(args, MatMulArg.eps);
  const floor = argument<f32>(args, MatMulArg.floor), ceiling = argument<f32>(args, MatMulArg.ceiling);
  for (let r = 0; r < rows; r++) {
    tiles.quantize(x, k, eps, spare, rowOf(q, r, rowBytes, paired), r < paired, params, tail);
    storeBounds(params, floor, ceiling);
    x += <usize>k << 2;
    params += ROW_PARAMS;
  }
}

/** The windows from `first` on, each by way of the memory `row`. */
function gatherRows<T extends Tiles>(
  args: usize, windows: usize, first: i32, row: usize, q: usize, rowBytes: usize, params: usize, paired: i32, rows: i32,
): void {
  const tiles = changetype<T>(0);
  const k = argument<i32>(args, MatMulArg.inFeatures);
  const floor = argument<f32>(args, MatMulArg.floor), ceiling = argument<f32>(args, MatMulArg.ceiling);
  const blocks = blocksOf(k);
  for (let r = 0; r < rows; r++, params += ROW_PARAMS) {
    gatherWindow(windows, first + r, k, row);
    tiles.place(row, rowOf(q, r, rowBytes, paired), r < paired, blocks);
    storeParams(params, scaleOfImage(windows), sumOfRow(row, blocks));
    storeBounds(params, floor, ceiling);
  }
}

/** All outputs of an even number of rows, a panel of outputs at a time. */
function multiplyPairs<T extends Tiles>(
  q: usize, params: usize, panel: usize, rows: i32,
  packed: usize, scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, blocks: i32, count: i32,
): void {
  const tiles = changetype<T>(0);
  const outputs = tiles.panelOutputs();
  for (let left = count; left > 0; left -= outputs) {
    tiles.unpackPanel(packed, left, panel, blocks);
    let rowQ = q, rowParams = params, rowY = y;
    for (let r = 0; r < rows; r += 2) {
      tiles.gemm(panel, rowQ, blocks, rowParams, scale, scaleStride, bias, rowY, yStride, left);
      rowQ += <usize>blocks << (tiles.blockShift() + 1);
      rowParams += 2 * ROW_PARAMS;
      rowY += 2 * yStride;
    }
    packed += outputs * packedBytes(blocks);
    scale += outputs * scaleStride;
    if (bias) bias += 4 * outputs;
    y += 4 * outputs;
  }
}

/** All outputs of a few rows, a tile of packed outputs at a time. */
function multiplySingles<T extends Tiles>(
  q: usize, params: usize, rows: i32,
  packed: usize, scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, blocks: i32, count: i32,
): void {
  const tiles = changetype<T>(0);
  const tileBytes = GEMV_OUTPUTS * packedBytes(blocks);
  for (let left = count; left > 0; left -= GEMV_OUTPUTS) {
    const w1 = packedOutput(packed, 1, left, blocks), w2 = packedOutput(packed, 2, left, blocks);
    const w3 = packedOutput(packed, 3, left, blocks);
    // There may be no memory behind the last whole tile; a quantized row has as many bytes as a tile, or more.
    const next = left >= 2 * GEMV_OUTPUTS ? packed + tileBytes : q;
    let rowQ = q, rowParams = params, rowY = y;
    for (let r = 0; r < rows; r++) {
      const sums = tiles.gemv(packed, w1, w2, w3, next, rowQ, blocks);
      writeOutputs(subtractRowSum(sums, rowParams), rowParams, scale, scaleStride, bias, rowY, left);
      rowQ += <usize>blocks << tiles.blockShift();
      rowParams += ROW_PARAMS;
      rowY += yStride;
    }
    packed += tileBytes;
    scale += GEMV_OUTPUTS * scaleStride;
    if (bias) bias += 4 * GEMV_OUTPUTS;
    y += 4 * GEMV_OUTPUTS;
  }
}
