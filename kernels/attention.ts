/**
 * The module of attention. src/engine/attention/portable.ts computes the same floats and explains the formula.
 */
import { attendRow, finishRow, startRow, stateBytes } from './attention_row';
import { BLOCK, blockBytes, fillBlock, widenBlock } from './key_block';

/** Queries that look at a block of keys one after the other. */
const QUERIES: i32 = 32;
/** From as many queries on, it pays to widen a block first. */
const MIN_WIDE: i32 = 4;

/** Bytes of the weights of one query and one block. */
const WEIGHTS: usize = 8 * BLOCK;

/** Bytes of scratch memory that `attend` needs, at a multiple of 8. */
export function scratchBytesOfAttention(keyWidth: i32, valueWidth: i32): i32 {
  return <i32>(WEIGHTS + QUERIES * stateBytes(valueWidth) + blockBytes(keyWidth, valueWidth));
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
  const states = scratch + WEIGHTS, block = states + QUERIES * stateSize;
  for (let first = 0; first < queries; first += QUERIES) {
    const count = min(QUERIES, queries - first), position = first + keys - queries;
    const end = causal ? position + count : keys;
    for (let i = 0; i < count; i++) startRow(states + <usize>i * stateSize, valueWidth);
    for (let key = 0; key < end;) {
      key = fillBlock(block, k, v, mask, keyStride, valueStride, key, end);
      if (count >= MIN_WIDE) widenBlock(block, keyWidth, valueWidth);
      for (let i = 0; i < count; i++) {
        const row = q + <usize>(first + i) * keyStride, state = states + <usize>i * stateSize;
        const here = <f64>(position + i), last = causal ? here : <f64>(keys - 1);
        if (count >= MIN_WIDE) attendRow<f64>(row, block, scratch, state, keyWidth, valueWidth, scale, slope, here, last);
        else attendRow<f32>(row, block, scratch, state, keyWidth, valueWidth, scale, slope, here, last);
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
