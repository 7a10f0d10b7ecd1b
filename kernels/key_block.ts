/** Keys that are looked at together; those that the mask hides are in no block. */
export const BLOCK: i32 = 16;

/**
 * What is known of each key in a block: its position as float64, and the addresses of its row and of the row of its value. Places
 * that no key takes have a position behind every query.
 */
const POSITIONS: usize = 0, ROWS: usize = 8 * BLOCK, VALUES: usize = ROWS + 4 * BLOCK;
/** The rows in float64 lie behind. */
const WIDE_ROWS: usize = VALUES + 4 * BLOCK;

// @ts-ignore: decorator
@inline
export function positionAt(block: usize, place: i32): usize {
  return block + POSITIONS + (<usize>place << 3);
}

// @ts-ignore: decorator
@inline
export function rowAt(block: usize, place: i32): usize {
  return load<u32>(block + ROWS + (<usize>place << 2));
}

// @ts-ignore: decorator
@inline
export function valueAt(block: usize, place: i32): usize {
  return load<u32>(block + VALUES + (<usize>place << 2));
}

export function blockBytes(keyWidth: i32, valueWidth: i32): usize {
  return WIDE_ROWS + 8 * BLOCK * <usize>(((keyWidth + 1) & ~1) + ((valueWidth + 1) & ~1));
}

/** Fills a block with keys from `key` on. @returns the first key that is in no block yet. */
export function fillBlock(
  block: usize, k: usize, v: usize, mask: usize, keyStride: usize, valueStride: usize, key: i32, end: i32,
): i32 {
  let place = 0;
  for (; key < end && place < BLOCK; key++) {
    if (mask && load<f32>(mask + (<usize>key << 2)) == 0) continue;
    setPlace(block, place++, <f64>key, k + <usize>key * keyStride, v + <usize>key * valueStride);
  }
  for (; place < BLOCK; place++) setPlace(block, place, Infinity, k, v);
  return key;
}

function setPlace(block: usize, place: i32, position: f64, row: usize, value: usize): void {
  store<f64>(positionAt(block, place), position);
  store<u32>(block + ROWS + (<usize>place << 2), <u32>row);
  store<u32>(block + VALUES + (<usize>place << 2), <u32>value);
}

/** Copies the rows of a block as float64, for many queries. */
export function widenBlock(block: usize, keyWidth: i32, valueWidth: i32): void {
  const keyBytes = <usize>((keyWidth + 1) & ~1) << 3, valueBytes = <usize>((valueWidth + 1) & ~1) << 3;
  let row = block + WIDE_ROWS;
  for (let place = 0; place < BLOCK; place++, row += keyBytes + valueBytes) {
    widenRow(rowAt(block, place), keyWidth, row);
    widenRow(valueAt(block, place), valueWidth, row + keyBytes);
    setPlace(block, place, load<f64>(positionAt(block, place)), row, row + keyBytes);
  }
}

function widenRow(row: usize, width: i32, to: usize): void {
  const pairs = row + (<usize>(width & ~1) << 2);
  for (; row < pairs; row += 8, to += 16) v128.store(to, f64x2.promote_low_f32x4(v128.load64_zero(row)));
  if (width & 1) store<f64>(to, <f64>load<f32>(row));
}
