/**
 * The blocks of 4 neighbouring inputs of a quantized row that are not all zero, as a list. A block that is left out adds
 * nothing to any sum, so that outputs computed from the list are those of the whole row.
 *
 * An entry is the bytes from the begin of a panel to that block's codes (int32), and the block's 4 inputs, so that a microkernel
 * reads one stream. The row is one of a pair: its vectors of 16 bytes lie PAIR_STRIDE bytes apart.
 */
import { PAIR_STRIDE } from './tiles';

/** Bytes of an entry with inputs of int8, and of int16. */
export const BYTE_ENTRY: usize = 8;
export const SHORT_ENTRY: usize = 12;

/** Bytes of a block of 4 inputs in a panel: 24 outputs, a byte for each code. */
export const PANEL_ENTRY: u32 = 96;

/** Without branches: which blocks are zero cannot be predicted. Returns the end of the list; at most one entry lies behind it. */
export function listByteBlocks(q: usize, blocks: i32, list: usize): usize {
  let codes: u32 = 0;
  for (const end = q + <usize>(blocks << 2) * PAIR_STRIDE; q < end; q += PAIR_STRIDE) {
    for (let at: usize = 0; at < 16; at += 4, codes += PANEL_ENTRY) {
      const inputs = load<u32>(q + at);
      store<u32>(list, codes);
      store<u32>(list, inputs, 4);
      list += <usize>(inputs != 0) * BYTE_ENTRY;
    }
  }
  return list;
}

/** The same for inputs of int16. */
export function listShortBlocks(q: usize, blocks: i32, list: usize): usize {
  let codes: u32 = 0;
  for (const end = q + <usize>(blocks << 3) * PAIR_STRIDE; q < end; q += PAIR_STRIDE) {
    for (let at: usize = 0; at < 16; at += 8, codes += PANEL_ENTRY) {
      const inputs = load<u64>(q + at);
      store<u32>(list, codes);
      store<u64>(list, inputs, 4);
      list += <usize>(inputs != 0) * SHORT_ENTRY;
    }
  }
  return list;
}
