/**
 * The module of relaxed SIMD. It holds two sets of tiles, which differ in the dot instruction; which one is faster, and whether
 * either is right on this engine, the caller finds out by running them.
 */
import { gemm2x4RelaxedDot16 } from './int2_gemm_2x4_relaxed_dot16';
import { gemm2x4RelaxedDot32 } from './int2_gemm_2x4_relaxed_dot32';
import { gemv1x4RelaxedDot16 } from './int2_gemv_1x4_relaxed_dot16';
import { gemv1x4RelaxedDot32 } from './int2_gemv_1x4_relaxed_dot32';
import { sparse1x24RelaxedDot16 } from './int2_sparse_1x24_relaxed_dot16';
import { sparse1x24RelaxedDot32 } from './int2_sparse_1x24_relaxed_dot32';
import { spaceRow } from './gather_windows';
import { BLOCK_BYTES, matMul, scratchBytesOf } from './mat_mul';
import { BYTE_ENTRY, listByteBlocks } from './nonzero_blocks';
import { quantizeLines, quantizeRow, rowSumOf } from './quantize_rows';
import { blocksOf } from './scratch';
import { packedOutput, PAIR_STRIDE, Tiles } from './tiles';
import { unpackByteBlocks } from './unpack_blocks';
import { unpackBytes } from './unpack_int2';

/** Both sets keep 64 quantized inputs in 64 bytes, and as many codes of an output. */
@unmanaged
abstract class RelaxedTiles extends Tiles {
  // @ts-ignore: decorator
  @inline
  blockShift(): i32 {
    return 6;
  }

  // @ts-ignore: decorator
  @inline
  panelOutputs(): i32 {
    return 4;
  }

  // @ts-ignore: decorator
  @inline
  minGemmRows(): i32 {
    return 4;
  }

  // @ts-ignore: decorator
  @inline
  spareRows(): i32 {
    return 0;
  }

  // @ts-ignore: decorator
  @inline
  quantize(
    x: usize, k: i32, eps: f32, spare: usize, q: usize, forGemm: bool, params: usize, tail: usize,
  ): void {
    quantizeRow(x, k, eps, q, forGemm ? PAIR_STRIDE : 16, blocksOf(k), params, tail);
  }

  // @ts-ignore: decorator
  @inline
  place(row: usize, q: usize, forGemm: bool, blocks: i32): void {
    spaceRow(row, q, forGemm ? PAIR_STRIDE : 16, blocks);
  }

  // @ts-ignore: decorator
  @inline
  unpackPanel(packed: usize, count: i32, panel: usize, blocks: i32): void {
    for (let i = 0; i < 4; i++) unpackBytes(packedOutput(packed, i, count, blocks), panel + (<usize>i << 4), 64, blocks);
  }

  // @ts-ignore: decorator
  @inline
  entryBytes(): usize {
    return BYTE_ENTRY;
  }

  // @ts-ignore: decorator
  @inline
  listedBytes(): i32 {
    return BLOCK_BYTES;
  }

  // @ts-ignore: decorator
  @inline
  sparsePercent(): i32 {
    return 75;
  }

  /** Codes are {0, 1, 2}. */
  // @ts-ignore: decorator
  @inline
  firstSum(params: usize): i32 {
    return -rowSumOf(params);
  }

  // @ts-ignore: decorator
  @inline
  listBlocks(q: usize, blocks: i32, list: usize): usize {
    return listByteBlocks(q, blocks, list);
  }

  // @ts-ignore: decorator
  @inline
  unpackBlocks(packed: usize, count: i32, panel: usize, blocks: i32, first: i32, many: i32): void {
    unpackByteBlocks(packed, count, panel, blocks, first, many);
  }
}

@unmanaged
class RelaxedDot16 extends RelaxedTiles {
  // @ts-ignore: decorator
  @inline
  gemm(
    panel: usize, q: usize, blocks: i32, params: usize,
    scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, count: i32,
  ): void {
    gemm2x4RelaxedDot16(panel, q, blocks, params, scale, scaleStride, bias, y, yStride, count);
  }

  // @ts-ignore: decorator
  @inline
  gemv(w0: usize, w1: usize, w2: usize, w3: usize, next: usize, q: usize, blocks: i32): v128 {
    return gemv1x4RelaxedDot16(w0, w1, w2, w3, next, q, blocks);
  }

  // @ts-ignore: decorator
  @inline
  sparse(panel: usize, list: usize, end: usize, sums: usize): void {
    sparse1x24RelaxedDot16(panel, list, end, sums);
  }
}

@unmanaged
class RelaxedDot32 extends RelaxedTiles {
  // @ts-ignore: decorator
  @inline
  gemm(
    panel: usize, q: usize, blocks: i32, params: usize,
    scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, count: i32,
  ): void {
    gemm2x4RelaxedDot32(panel, q, blocks, params, scale, scaleStride, bias, y, yStride, count);
  }

  // @ts-ignore: decorator
  @inline
  gemv(w0: usize, w1: usize, w2: usize, w3: usize, next: usize, q: usize, blocks: i32): v128 {
    return gemv1x4RelaxedDot32(w0, w1, w2, w3, next, q, blocks);
  }

  // @ts-ignore: decorator
  @inline
  sparse(panel: usize, list: usize, end: usize, sums: usize): void {
    sparse1x24RelaxedDot32(panel, list, end, sums);
  }
}

export function scratchBytesOfMatMul(rows: i32, inFeatures: i32, skipZeroBlocks: bool, gathers: bool): i32 {
  return scratchBytesOf<RelaxedTiles>(rows, inFeatures, skipZeroBlocks, gathers);
}

export { quantizeLines };

export function ternaryMatMulDot16(args: usize, first: i32, count: i32, scratch: usize): void {
  matMul<RelaxedDot16>(args, first, count, scratch);
}

export function ternaryMatMulDot32(args: usize, first: i32, count: i32, scratch: usize): void {
  matMul<RelaxedDot32>(args, first, count, scratch);
}
