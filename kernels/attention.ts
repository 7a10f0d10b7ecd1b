/**
 * The module of attention. src/engine/attention/portable.ts computes the same floats and explains the formula.
 */
import { AttentionArg } from './attention_args';
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

// @ts-ignore: decorator
@inline
function get(args: usize, arg: AttentionArg): i32 {
  return load<i32>(args + (<usize>arg << 2));
}

/** Attention in one head of one example, of which all addresses are given. The strides are the bytes between positions. */
function attendHead(
  args: usize, q: usize, k: usize, v: usize, mask: usize, y: usize, slope: f32, keyStride: usize, valueStride: usize, scratch: usize,
): void {
  const queries = get(args, AttentionArg.queries), keys = get(args, AttentionArg.keys);
  const keyWidth = get(args, AttentionArg.keyWidth), valueWidth = get(args, AttentionArg.valueWidth);
  const causal = get(args, AttentionArg.causal), scale = load<f32>(args + (<usize>AttentionArg.scale << 2));
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
 * Attention in the heads from `first` on, `count` of them; those of the second example follow those of the first. `args` and
 * `scratch` are addresses: of the arguments, and of memory that belongs to this call alone.
 */
export function attend(args: usize, first: i32, count: i32, scratch: usize): void {
  const heads = get(args, AttentionArg.heads), queries = get(args, AttentionArg.queries), keys = get(args, AttentionArg.keys);
  const keyBytes = <usize>get(args, AttentionArg.keyWidth) << 2, valueBytes = <usize>get(args, AttentionArg.valueWidth) << 2;
  const keyStride = keyBytes * heads, valueStride = valueBytes * heads;
  const masks = get(args, AttentionArg.mask), slopes = get(args, AttentionArg.slopes);
  for (let i = first; i < first + count; i++) {
    const example = <usize>(i / heads), head = <usize>(i % heads);
    attendHead(
      args,
      get(args, AttentionArg.q) + example * queries * keyStride + head * keyBytes,
      get(args, AttentionArg.k) + example * keys * keyStride + head * keyBytes,
      get(args, AttentionArg.v) + example * keys * valueStride + head * valueBytes,
      masks ? masks + ((example * keys) << 2) : 0,
      get(args, AttentionArg.y) + example * queries * valueStride + head * valueBytes,
      slopes ? load<f32>(slopes + (head << 2)) : 0,
      keyStride, valueStride, scratch,
    );
  }
}
