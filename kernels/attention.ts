/**
 * The module of attention. src/engine/attention/portable.ts computes the same floats and explains the formula.
 */
import { AttentionArg } from './attention_args';
import { addBlock, finishRow, startRow, stateBytes } from './attention_row';
import { productsOfPair, productsOfRow } from './key_products';
import { BLOCK, blockBytes, copyBlock, fillBlock, quadsOf } from './key_block';

/** Queries that look at a block of keys one after the other. */
const QUERIES: i32 = 32;
/** From as many queries on, it pays to copy a block first, which then has the products of two queries at once. */
const MIN_COPIED: i32 = 4;

/** Bytes of the scores of one query and one block, in float64. */
const SCORES: usize = 8 * BLOCK;

/** Bytes of scratch memory that `attend` needs, at a multiple of 16: scores of two queries | sums of values | a block | states. */
export function scratchBytesOfAttention(heads: i32, keyWidth: i32, valueWidth: i32): i32 {
  const states = <usize>max(QUERIES, (MIN_COPIED - 1) * heads);
  return <i32>(statesIn(0, keyWidth, valueWidth) + states * stateBytes(valueWidth));
}

// @ts-ignore: decorator
@inline
function blockIn(scratch: usize, valueWidth: i32): usize {
  return scratch + 2 * SCORES + 16 * quadsOf(valueWidth);
}

// @ts-ignore: decorator
@inline
function statesIn(scratch: usize, keyWidth: i32, valueWidth: i32): usize {
  return blockIn(scratch, valueWidth) + blockBytes(keyWidth, valueWidth);
}

// @ts-ignore: decorator
@inline
function get(args: usize, arg: AttentionArg): i32 {
  return load<i32>(args + (<usize>arg << 2));
}

/** The address of the numbers of a head at a position, in rows of all heads. */
// @ts-ignore: decorator
@inline
function placeOf(rows: i32, position: i32, heads: i32, head: i32, width: i32): usize {
  return rows + (<usize>((position * heads + head) * width) << 2);
}

/**
 * Adds a block of keys, from `key` on, to the states of a head of one example and of the queries from `query` on, `count` of them.
 * @returns the first key that has not been in a block.
 */
function attendBlock(
  args: usize, example: i32, head: i32, query: i32, count: i32, key: i32, end: i32, scratch: usize, state: usize,
): i32 {
  const heads = get(args, AttentionArg.heads), queries = get(args, AttentionArg.queries), keys = get(args, AttentionArg.keys);
  const keyWidth = get(args, AttentionArg.keyWidth), valueWidth = get(args, AttentionArg.valueWidth);
  const keyStride = <usize>(heads * keyWidth) << 2, valueStride = <usize>(heads * valueWidth) << 2;
  const mask = get(args, AttentionArg.mask), slopes = get(args, AttentionArg.slopes);
  const slope = slopes ? load<f32>(slopes + (<usize>head << 2)) : 0, scale = load<f32>(args + (<usize>AttentionArg.scale << 2));
  const block = blockIn(scratch, valueWidth), causal = get(args, AttentionArg.causal), isCopied = count >= MIN_COPIED;
  const next = fillBlock(
    block,
    placeOf(get(args, AttentionArg.k), example * keys, heads, head, keyWidth),
    placeOf(get(args, AttentionArg.v), example * keys, heads, head, valueWidth),
    mask ? mask + (<usize>(example * keys) << 2) : 0, keyStride, valueStride, key, end,
  );
  if (isCopied) copyBlock(block, keyWidth, valueWidth);
  let row = placeOf(get(args, AttentionArg.q), example * queries + query, heads, head, keyWidth);
  for (let i = 0; i < count; i++, row += keyStride, state += stateBytes(valueWidth)) {
    const scores = scratch + <usize>(i & 1) * SCORES;
    if (!isCopied) productsOfRow(row, block, keyWidth, scores);
    else if (!(i & 1)) productsOfPair(row, i + 1 < count ? row + keyStride : row, block, keyWidth, scores, SCORES);
    const position = query + i + keys - queries, last = causal ? position : keys - 1;
    addBlock(
      row, block, scores, scratch + 2 * SCORES, state, keyWidth, valueWidth, scale, slope, position, last,
    );
  }
  return next;
}

/** Attention in some heads of one example, for some queries, whose states all have room. */
function attendTile(args: usize, example: i32, head: i32, headCount: i32, query: i32, count: i32, scratch: usize): void {
  const heads = get(args, AttentionArg.heads), queries = get(args, AttentionArg.queries), keys = get(args, AttentionArg.keys);
  const valueWidth = get(args, AttentionArg.valueWidth), stateSize = stateBytes(valueWidth);
  const states = statesIn(scratch, get(args, AttentionArg.keyWidth), valueWidth);
  const end = get(args, AttentionArg.causal) ? query + count + keys - queries : keys;
  for (let i = 0; i < headCount * count; i++) startRow(states + <usize>i * stateSize, valueWidth);
  for (let key = 0, next = 0; key < end; key = next) {
    for (let i = 0; i < headCount; i++) {
      next = attendBlock(args, example, head + i, query, count, key, end, scratch, states + <usize>(i * count) * stateSize);
    }
  }
  for (let i = 0; i < headCount * count; i++) {
    const position = example * queries + query + i % count;
    const y = placeOf(get(args, AttentionArg.y), position, heads, head + i / count, valueWidth);
    finishRow(states + <usize>i * stateSize, y, valueWidth);
  }
}

/**
 * Attention in the heads from `first` on, `count` of them; those of the second example follow those of the first. `args` and
 * `scratch` are addresses: of the arguments, and of memory that belongs to this call alone. Few queries take all heads
 * at once, so that they read the keys in the order of memory.
 */
export function attend(args: usize, first: i32, count: i32, scratch: usize): void {
  const heads = get(args, AttentionArg.heads), queries = get(args, AttentionArg.queries), end = first + count;
  while (first < end) {
    const example = first / heads, head = first % heads;
    const headCount = queries < MIN_COPIED ? min(heads - head, end - first) : 1;
    for (let query = 0; query < queries; query += QUERIES) {
      attendTile(args, example, head, headCount, query, min(QUERIES, queries - query), scratch);
    }
    first += headCount;
  }
}
