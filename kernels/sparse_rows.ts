/**
 * The products of rows in which many blocks of 4 neighbouring quantized inputs are all zero: each row is multiplied by its list
 * of other blocks (nonzero_blocks.ts). The sums are the same integers as those of whole rows, and so are the outputs.
 *
 * The inputs are taken in sections, whose panel stays in the first-level cache while all rows pass over it; a row's sums wait in
 * memory meanwhile. The memory holds, from its begin on:
 *
 *   sums of each row | ends of the lists, section by section and row by row | lists, in the same order
 */
import { writeOutputs24 } from './epilogue';
import { PANEL_ENTRY } from './nonzero_blocks';
import { ROW_PARAMS } from './quantize_rows';
import { packedBytes, Tiles } from './tiles';
import { SPARSE_OUTPUTS } from './unpack_blocks';

/** Blocks of 4 inputs, in one of 64. */
const BLOCKS_OF_4 = 16;

/** Most blocks of 64 inputs of a section. */
const SECTION_BLOCKS = 12;

/** Bytes of a section's panel: it stays in a common first-level cache. */
export const SPARSE_PANEL_BYTES: usize = SECTION_BLOCKS * BLOCKS_OF_4 * PANEL_ENTRY;

const SUM_BYTES: usize = 4 * SPARSE_OUTPUTS;

/** Blocks of 64 inputs of each section but the last, which may have fewer. */
// @ts-ignore: decorator
@inline
function sectionOf(blocks: i32): i32 {
  const sections = (blocks + SECTION_BLOCKS - 1) / SECTION_BLOCKS;
  return (blocks + sections - 1) / sections;
}

/** Entries that the lists of a number of rows may have. */
// @ts-ignore: decorator
@inline
function mostEntries<T extends Tiles>(rows: i32, blocks: i32): usize {
  return (<usize>(rows * blocks * BLOCKS_OF_4) * <usize>changetype<T>(0).sparsePercent()) / 100;
}

// @ts-ignore: decorator
@inline
function endsBytes(rows: i32, blocks: i32): usize {
  return <usize>(rows * ((blocks + sectionOf(blocks) - 1) / sectionOf(blocks))) << 2;
}

/** Bytes of the memory that `listRows` fills. The list that makes the lists too long is written to its end. */
// @ts-ignore: decorator
@inline
export function sparseBytes<T extends Tiles>(rows: i32, blocks: i32): usize {
  const entries = mostEntries<T>(rows, blocks) + <usize>(SECTION_BLOCKS * BLOCKS_OF_4) + 1;
  return <usize>rows * SUM_BYTES + endsBytes(rows, blocks) + entries * changetype<T>(0).entryBytes();
}

/** Lists the blocks of an even number of rows. False if so few are zero that the gemm is faster, or if there are no rows. */
export function listRows<T extends Tiles>(q: usize, rows: i32, blocks: i32, memory: usize): bool {
  const tiles = changetype<T>(0);
  const section = sectionOf(blocks);
  let ends = memory + <usize>rows * SUM_BYTES;
  let list = ends + endsBytes(rows, blocks);
  const most = list + mostEntries<T>(rows, blocks) * tiles.entryBytes();
  for (let first = 0; first < blocks; first += section) {
    for (let r = 0; r < rows; r++) {
      const from = (r & ~1) * blocks + 2 * first;
      const vectors = q + (<usize>from << tiles.blockShift()) + (<usize>(r & 1) << 4);
      list = tiles.listBlocks(vectors, min(section, blocks - first), list);
      if (list > most) return false;
      store<u32>(ends, <u32>list);
      ends += 4;
    }
  }
  return rows > 0;
}

/** All outputs of rows that have been listed, a panel of outputs at a time. */
export function multiplyBlocks<T extends Tiles>(
  memory: usize, params: usize, panel: usize, rows: i32,
  packed: usize, scale: usize, scaleStride: usize, bias: usize, y: usize, yStride: usize, blocks: i32, count: i32,
): void {
  for (let left = count; left > 0; left -= SPARSE_OUTPUTS) {
    addSections<T>(memory, params, panel, rows, packed, blocks, left);
    let sums = memory, rowParams = params, rowY = y;
    for (let r = 0; r < rows; r++) {
      writeOutputs24(sums, rowParams, scale, scaleStride, bias, rowY, left);
      sums += SUM_BYTES;
      rowParams += ROW_PARAMS;
      rowY += yStride;
    }
    packed += SPARSE_OUTPUTS * packedBytes(blocks);
    scale += SPARSE_OUTPUTS * scaleStride;
    if (bias) bias += 4 * SPARSE_OUTPUTS;
    y += 4 * SPARSE_OUTPUTS;
  }
}

/** The sums of a panel of outputs. */
function addSections<T extends Tiles>(
  memory: usize, params: usize, panel: usize, rows: i32, packed: usize, blocks: i32, count: i32,
): void {
  const tiles = changetype<T>(0);
  const section = sectionOf(blocks);
  let ends = memory + <usize>rows * SUM_BYTES;
  let list = ends + endsBytes(rows, blocks);
  for (let r = 0; r < rows; r++) startSums(memory + <usize>r * SUM_BYTES, tiles.firstSum(params + <usize>r * ROW_PARAMS));
  for (let first = 0; first < blocks; first += section) {
    tiles.unpackBlocks(packed, count, panel, blocks, first, min(section, blocks - first));
    let sums = memory;
    for (let r = 0; r < rows; r++) {
      const end = <usize>load<u32>(ends);
      tiles.sparse(panel, list, end, sums);
      list = end;
      ends += 4;
      sums += SUM_BYTES;
    }
  }
}

function startSums(sums: usize, value: i32): void {
  const first = i32x4.splat(value);
  for (const end = sums + SUM_BYTES; sums < end; sums += 16) v128.store(sums, first);
}
