/** The module of WebAssembly's first SIMD instructions, which every current engine has. */
import { gemm2x8DotI16x8 } from './int2_gemm_2x8_dot_i16x8';
import { gemv1x4DotI16x8 } from './int2_gemv_1x4_dot_i16x8';
import { sparse1x24DotI16x8 } from './int2_sparse_1x24_dot_i16x8';
import { BLOCK_BYTES, matMul, scratchBytesOf } from './mat_mul';
import { listShortBlocks, SHORT_ENTRY } from './nonzero_blocks';
import { quantizeLines, quantizeRow } from './quantize_rows';
import { blocksOf } from './scratch';
import { packedOutput, PAIR_STRIDE, Tiles } from './tiles';
import { pairByteBlocks, unpackByteBlocks } from './unpack_blocks';
import { unpackPair } from './unpack_int2';
import { spreadRow, widenRow } from './widen_rows';

/** Quantized inputs are int16, 128 bytes a block; so are the lanes of a panel, of which each serves two outputs. */
@unmanaged
class Simd128 extends Tiles {
  // @ts-ignore: decorator
  @inline
  blockShift(): i32 {
    return 7;
  }

  // @ts-ignore: decorator
  @inline
  panelOutputs(): i32 {
    return 8;
  }

  // @ts-ignore: decorator
  @inline
  minGemmRows(): i32 {
    return 2;
  }

  /** A row is quantized to int8 first. */
  // @ts-ignore: decorator
  @inline
  spareRows(): i32 {
    return 1;
  }

  // @ts-ignore: decorator
  @inline
  quantize(
    x: usize, k: i32, eps: f32, spare: usize, q: usize, forGemm: bool, params: usize, tail: usize,
  ): void {
    const blocks = blocksOf(k);
    quantizeRow(x, k, eps, spare, 16, blocks, params, tail);
    this.place(spare, q, forGemm, blocks);
  }

  // @ts-ignore: decorator
  @inline
  place(row: usize, q: usize, forGemm: bool, blocks: i32): void {
    if (forGemm) widenRow(row, q, PAIR_STRIDE, blocks);
    else spreadRow(row, q, blocks);
  }

  // @ts-ignore: decorator
  @inline
  unpackPanel(packed: usize, count: i32, panel: usize, blocks: i32): void {
    for (let i = 0; i < 4; i++) {
      const w0 = packedOutput(packed, 2 * i, count, blocks), w1 = packedOutput(packed, 2 * i + 1, count, blocks);
      unpackPair(w0, w1, panel + (<usize>i << 4), 64, blocks);
    }
  }

  // @ts-ignore: decorator
  @inline
  gemm(
    panel: usize, q: usize, blocks: i32, params: usize,
    scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, count: i32,
  ): void {
    gemm2x8DotI16x8(panel, q, blocks, params, scale, scaleStride, bias, y, yStride, count);
  }

  // @ts-ignore: decorator
  @inline
  gemv(w0: usize, w1: usize, w2: usize, w3: usize, next: usize, q: usize, blocks: i32): v128 {
    return gemv1x4DotI16x8(w0, w1, w2, w3, next, q, blocks);
  }

  // @ts-ignore: decorator
  @inline
  entryBytes(): usize {
    return SHORT_ENTRY;
  }

  /** Unpacking takes long here, and an input twice the bytes: four times those of the gemm were measured to be best. */
  // @ts-ignore: decorator
  @inline
  listedBytes(): i32 {
    return 4 * BLOCK_BYTES;
  }

  // @ts-ignore: decorator
  @inline
  sparsePercent(): i32 {
    return 75;
  }

  // @ts-ignore: decorator
  @inline
  firstSum(params: usize): i32 {
    return 0;
  }

  // @ts-ignore: decorator
  @inline
  listBlocks(q: usize, blocks: i32, list: usize): usize {
    return listShortBlocks(q, blocks, list);
  }

  // @ts-ignore: decorator
  @inline
  unpackBlocks(packed: usize, count: i32, panel: usize, blocks: i32, first: i32, many: i32): void {
    unpackByteBlocks(packed, count, panel, blocks, first, many);
    pairByteBlocks(panel, many);
  }

  // @ts-ignore: decorator
  @inline
  sparse(panel: usize, list: usize, end: usize, sums: usize): void {
    sparse1x24DotI16x8(panel, list, end, sums);
  }
}

export function scratchBytesOfMatMul(rows: i32, inFeatures: i32, skipZeroBlocks: bool, gathers: bool): i32 {
  return scratchBytesOf<Simd128>(rows, inFeatures, skipZeroBlocks, gathers);
}

export { quantizeLines };

export function ternaryMatMul(args: usize, first: i32, count: i32, scratch: usize): void {
  matMul<Simd128>(args, first, count, scratch);
}
