/**
 * The products of rows in which many blocks of 4 neighbouring quantized inputs are all zero: each row is multiplied by its list
 * of other blocks (nonzero_blocks.ts). The sums are the same integers as those of whole rows, and so are the outputs.
 */
import { PANEL_ENTRY } from './nonzero_blocks';
import { listEndOf, ROW_PARAMS, setListEnd } from './quantize_rows';
import { packedBytes, Tiles } from './tiles';
import { SPARSE_OUTPUTS } from './unpack_blocks';

/** Blocks of 4 inputs, in one of 64. */
const BLOCKS_OF_4 = 16;

/** Entries that the lists of a number of rows may have. */
// @ts-ignore: decorator
@inline
function mostEntries<T extends Tiles>(rows: i32, blocks: i32): usize {
  return <usize>(rows * blocks * BLOCKS_OF_4) * <usize>changetype<T>(0).sparsePercent() / 100;
}

/** Bytes of the lists of a number of rows. The row that makes them too long is listed whole. */
// @ts-ignore: decorator
@inline
export function listBytes<T extends Tiles>(rows: i32, blocks: i32): usize {
  return (mostEntries<T>(rows, blocks) + <usize>(blocks * BLOCKS_OF_4) + 1) * changetype<T>(0).entryBytes();
}

/** Bytes of a panel of outputs that is unpacked by blocks. */
// @ts-ignore: decorator
@inline
export function sparsePanelBytes(blocks: i32): usize {
  return <usize>(blocks * BLOCKS_OF_4) * PANEL_ENTRY;
}

/** Lists the blocks of an even number of rows. False if so few are zero that the gemm is faster, or if there are no rows. */
export function listRows<T extends Tiles>(q: usize, params: usize, rows: i32, blocks: i32, list: usize): bool {
  const tiles = changetype<T>(0);
  const most = list + mostEntries<T>(rows, blocks) * tiles.entryBytes();
  for (let r = 0; r < rows; r++, params += ROW_PARAMS) {
    const row = q + ((<usize>(r & ~1) * <usize>blocks) << tiles.blockShift()) + (<usize>(r & 1) << 4);
    list = tiles.listBlocks(row, blocks, list);
    if (list > most) return false;
    setListEnd(params, list);
  }
  return rows > 0;
}

/** All outputs of rows that have been listed, a panel of outputs at a time. */
export function multiplyBlocks<T extends Tiles>(
  list: usize, params: usize, panel: usize, rows: i32,
  packed: usize, scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, blocks: i32, count: i32,
): void {
  const tiles = changetype<T>(0);
  for (let left = count; left > 0; left -= SPARSE_OUTPUTS) {
    tiles.unpackBlocks(packed, left, panel, blocks);
    let from = list, rowParams = params, rowY = y;
    for (let r = 0; r < rows; r++) {
      const end = listEndOf(rowParams);
      tiles.sparse(panel, from, end, rowParams, scale, scaleStride, bias, rowY, left);
      from = end;
      rowParams += ROW_PARAMS;
      rowY += yStride;
    }
    packed += SPARSE_OUTPUTS * packedBytes(blocks);
    scale += SPARSE_OUTPUTS * scaleStride;
    if (bias) bias += 4 * SPARSE_OUTPUTS;
    y += 4 * SPARSE_OUTPUTS;
  }
}
