/** Keys that are looked at together; those that the mask hides are in no block. */
export const BLOCK: i32 = 32;

/**
 * What is known of each key in a block: its position, and the addresses of its row and of the row of its value. Places that no key
 * takes have a position behind every query.
 */
const POSITIONS: usize = 0, ROWS: usize = 4 * BLOCK, VALUES: usize = ROWS + 4 * BLOCK;
/** Copies of the rows lie behind. */
const COPIES: usize = VALUES + 4 * BLOCK;

// @ts-ignore: decorator
@inline
export function positionAt(block: usize, place: i32): usize {
  return block + POSITIONS + (<usize>place << 2);
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

// @ts-ignore: decorator
@inline
export function quadsOf(width: i32): usize {
  return <usize>((width + 3) >> 2);
}

export function blockBytes(keyWidth: i32, valueWidth: i32): usize {
  return COPIES + 16 * BLOCK * (quadsOf(keyWidth) + quadsOf(valueWidth));
}

/** Fills a block with keys from `key` on. @returns the first key that is in no block yet. */
export function fillBlock(
  block: usize, k: usize, v: usize, mask: usize, keyStride: usize, valueStride: usize, key: i32, end: i32,
): i32 {
  let place = 0;
  for (; key < end && place < BLOCK; key++) {
    if (mask && load<f32>(mask + (<usize>key << 2)) == 0) continue;
    setPlace(block, place++, key, k + <usize>key * keyStride, v + <usize>key * valueStride);
  }
  for (; place < BLOCK; place++) setPlace(block, place, i32.MAX_VALUE, k, v);
  return key;
}

function setPlace(block: usize, place: i32, position: i32, row: usize, value: usize): void {
  store<i32>(positionAt(block, place), position);
  store<u32>(block + ROWS + (<usize>place << 2), <u32>row);
  store<u32>(block + VALUES + (<usize>place << 2), <u32>value);
}

/** The copies of four keys: their first four numbers one key after the other, then the next four. */
// @ts-ignore: decorator
@inline
export function fourKeysAt(block: usize, place: i32, keyWidth: i32): usize {
  return block + COPIES + 16 * <usize>place * quadsOf(keyWidth);
}

/** The last one to three numbers of a row, and zeros. */
// @ts-ignore: decorator
@inline
export function lastOf(at: usize, count: i32): v128 {
  if (count == 1) return v128.load32_zero(at);
  const two = v128.load64_zero(at);
  return count == 2 ? two : v128.load32_lane(at, two, 2, 8);
}

/** Copies the rows of a block next to each other, for many queries: rows at a distance share few places of the cache. */
export function copyBlock(block: usize, keyWidth: i32, valueWidth: i32): void {
  let copy = fourKeysAt(block, BLOCK, keyWidth);
  for (let place = 0; place < BLOCK; place++, copy += 16 * quadsOf(valueWidth)) {
    copyRow(rowAt(block, place), keyWidth, fourKeysAt(block, place & ~3, keyWidth) + 16 * <usize>(place & 3), 64);
    copyRow(valueAt(block, place), valueWidth, copy, 16);
    store<u32>(block + VALUES + (<usize>place << 2), <u32>copy);
  }
}

function copyRow(row: usize, width: i32, to: usize, step: usize): void {
  for (; width >= 4; width -= 4, row += 16, to += step) v128.store(to, v128.load(row));
  if (width > 0) v128.store(to, lastOf(row, width));
}
