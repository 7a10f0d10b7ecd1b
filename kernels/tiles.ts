/**
 * What the driver of mat_mul.ts asks of a module's microkernels. A class of such tiles has no instances: the driver is generic,
 * and calls its methods on address 0, so that asc knows each of them and puts most of them in place. None may be overridden by
 * a class below its own, for that would make asc choose between them at run time.
 *
 * A tile is named ROWSxOUTPUTS, in this order, here and in the names of microkernels: 2x4 is two rows by four outputs. A gemm
 * takes pairs of rows with a panel, unpacked weights that many rows share; a gemv takes one row with packed weights.
 */
@unmanaged
export abstract class Tiles {
  /** Binary logarithm of the bytes that a block of 64 quantized inputs takes. */
  abstract blockShift(): i32;

  /** Outputs of the gemm's tile; they share a panel of the size of four quantized rows. */
  abstract panelOutputs(): i32;

  /** Fewer rows than this do not repay the unpacking of a panel. */
  abstract minGemmRows(): i32;

  /** How many rows' room `quantize` needs at `spare`. */
  abstract spareRows(): i32;

  /** Quantizes a row of k inputs to `q`, for the gemm or else for the gemv, and writes its scale and sum to `params`. */
  abstract quantize(
    x: usize, k: i32, eps: f32, spare: usize, q: usize, forGemm: bool, params: usize, tail: usize,
  ): void;

  /** Copies a row of int8 as `quantize` would write it to `q`. */
  abstract place(row: usize, q: usize, forGemm: bool, blocks: i32): void;

  /** Unpacks min(count, panelOutputs) outputs. */
  abstract unpackPanel(packed: usize, count: i32, panel: usize, blocks: i32): void;

  /** Two rows x a panel: writes min(count, panelOutputs) outputs of each row. */
  abstract gemm(
    panel: usize, q: usize, blocks: i32, params: usize,
    scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, count: i32,
  ): void;

  /**
   * One row x four packed outputs: the sums of q * code. At `next` are as many bytes as the packed outputs have, usually those of
   * the next tile; their values do not matter.
   */
  abstract gemv(w0: usize, w1: usize, w2: usize, w3: usize, next: usize, q: usize, blocks: i32): v128;

  /** Bytes of an entry in a list of blocks of 4 inputs. */
  abstract entryBytes(): usize;

  /** Quantized bytes of rows listed at a time: more of them share a panel that is unpacked, but are farther from the processor. */
  abstract listedBytes(): i32;

  /** Percent of the blocks of 4 inputs: if more of them are not zero, the gemm is faster than the sparse microkernel. */
  abstract sparsePercent(): i32;

  /** Lists the blocks of 4 inputs that are not all zero, in `blocks` of 64 of a row of a pair. Returns the end of the list. */
  abstract listBlocks(q: usize, blocks: i32, list: usize): usize;

  /** Unpacks min(count, SPARSE_OUTPUTS) outputs by blocks of 4 inputs: `many` blocks of 64 from the block `first` on. */
  abstract unpackBlocks(packed: usize, count: i32, panel: usize, blocks: i32, first: i32, many: i32): void;

  /** What a row's sums of `sparse` begin with. */
  abstract firstSum(params: usize): i32;

  /** A row's list x a panel by blocks: adds to SPARSE_OUTPUTS sums of q * t. */
  abstract sparse(panel: usize, list: usize, end: usize, sums: usize): void;
}

/** Bytes from a gemm row's vector of 16 bytes to its next: the two rows of a pair are interleaved. */
export const PAIR_STRIDE: usize = 32;

/** Binary logarithm of the bytes of a block of 64 packed weights. */
const PACKED_BLOCK_SHIFT = 4;

/** Bytes of an output's packed weights. */
// @ts-ignore: decorator
@inline
export function packedBytes(blocks: i32): usize {
  return <usize>blocks << PACKED_BLOCK_SHIFT;
}

/** Output i's packed weights; absent outputs of the last tile stand for the last one, and are not written. */
// @ts-ignore: decorator
@inline
export function packedOutput(packed: usize, i: i32, count: i32, blocks: i32): usize {
  return packed + (<usize>(min(i, count - 1) * blocks) << PACKED_BLOCK_SHIFT);
}
