/**
 * The module of attention. src/engine/attention/portable.ts computes the same floats and explains the formula.
 */
import { addBlock, finishRow, startRow, stateBytes } from './attention_row';
import { productsOfPair, productsOfRow } from './key_products';
import { BLOCK, blockBytes, copyBlock, fillBlock, quadsOf } from './key_block';

/** Queries that look at a block of keys two by two. */
const QUERIES: i32 = 32;
/** From as many queries on, it pays to copy a block first. */
const MIN_COPIED: i32 = 4;

/** Bytes of the scores of one query and one block, in float64. */
const SCORES: usize = 8 * BLOCK;

/** Bytes of scratch memory that `attend` needs, at a multiple of 16. */
export function scratchBytesOfAttention(keyWidth: i32, valueWidth: i32): i32 {
  return <i32>(2 * SCORES + 16 * quadsOf(valueWidth) + blockBytes(keyWidth, valueWidth) + QUERIES * stateBytes(valueWidth));
}

/**
 * Attention in one head. The strides are the bytes from one position to the next. mask is 0 where no key is hidden.
 * `causal` is 0 where queries also see the keys after them.
 */
function attendHead(
  q: usize, k: usize, v: usize, mask: usize, y: usize, scratch: usize,
  keyStride: usize, valueStride: usize, queries: i32, keys: i32, keyWidth: i32, valueWidth: i32,
  scale: f64, slope: f64, causal: i32,
): void {
  const stateSize = stateBytes(valueWidth);
  const sums = scratch + 2 * SCORES, block = sums + 16 * quadsOf(valueWidth), states = block + blockBytes(keyWidth, valueWidth);
  for (let first = 0; first < queries; first += QUERIES) {
    const count = min(QUERIES, queries - first), position = first + keys - queries;
    const end = causal ? position + count : keys;
    for (let i = 0; i < count; i++) startRow(states + <usize>i * stateSize, valueWidth);
    for (let key = 0; key < end;) {
      key = fillBlock(block, k, v, mask, keyStride, valueStride, key, end);
      const isCopied = count >= MIN_COPIED;
      if (isCopied) copyBlock(block, keyWidth, valueWidth);
      for (let i = 0; i < count; i++) {
        const row = q + <usize>(first + i) * keyStride, odd = <usize>(i & 1);
        if (!isCopied) productsOfRow(row, block, keyWidth, scratch + odd * SCORES);
        else if (!odd) productsOfPair(row, i + 1 < count ? row + keyStride : row, block, keyWidth, scratch, SCORES);
        const here = position + i, last = causal ? here : keys - 1;
        addBlock(
          row, block, scratch + odd * SCORES, sums, states + <usize>i * stateSize,
          keyWidth, valueWidth, scale, slope, here, last,
        );
      }
    }
    for (let i = 0; i < count; i++) {
      finishRow(states + <usize>i * stateSize, y + <usize>(first + i) * valueStride, valueWidth);
    }
  }
}

/**
 * Attention in all heads of one example. mask is 0 where no key is hidden, slopes is 0 where distances cost nothing, and
 * `causal` is 0 where queries also see the keys after them.
 */
export function attend(
  q: usize, k: usize, v: usize, mask: usize, slopes: usize, y: usize, scratch: usize,
  heads: i32, queries: i32, keys: i32, keyWidth: i32, valueWidth: i32, scale: f64, causal: i32,
): void {
  const keyBytes = <usize>keyWidth << 2, valueBytes = <usize>valueWidth << 2;
  for (let head = 0; head < heads; head++) {
    attendHead(
      q, k, v, mask, y, scratch, keyBytes * heads, valueBytes * heads,
      queries, keys, keyWidth, valueWidth, scale, slopes ? <f64>load<f32>(slopes) : 0, causal,
    );
    q += keyBytes;
    k += keyBytes;
    v += valueBytes;
    y += valueBytes;
    if (slopes) slopes += 4;
  }
}
