/**
 * One query and one block of keys. The state of a query is the largest score so far, the sum of the weights, the number of keys
 * seen, an empty place, and the sum of the weighted values, in float64.
 */
import { exponential, exponentials } from './exponential';
import { BLOCK, positionAt } from './key_block';
import { products64 } from './key_products';
import { addWeighted, addWeighted64 } from './value_sums';

const SUM: usize = 8, SEEN: usize = 16, VALUES: usize = 32;

/** Float32 is exact enough for scores up to that size. */
const MOST: f32 = 16;

/** Bytes, also of rows whose width is not a multiple of 4. */
export function stateBytes(valueWidth: i32): usize {
  return VALUES + (<usize>((valueWidth + 3) & ~3) << 3);
}

export function startRow(state: usize, valueWidth: i32): void {
  // Not -Infinity, whose difference to a score of -Infinity would be NaN.
  store<f64>(state, -f64.MAX_VALUE);
  for (let at = state + SUM; at < state + stateBytes(valueWidth); at += 8) store<f64>(at, 0);
}

/**
 * Makes scores of float32 products, with -Infinity for the keys behind `last`.
 * @returns the largest; NaN if float32 is not exact enough.
 */
function scores32(scores: usize, block: usize, scale: f32, slope: f32, position: i32, last: i32): f32 {
  const hidden = f32x4.splat(-Infinity), scales = f32x4.splat(scale), slopes = f32x4.splat(slope);
  let largest = hidden, size = i32x4.splat(0);
  for (let place = 0; place < BLOCK; place += 4, scores += 16) {
    const positions = v128.load(positionAt(block, place)), seen = i32x4.le_s(positions, i32x4.splat(last));
    let score = f32x4.mul(v128.load(scores), scales);
    // The bits of a NaN are above those of every number.
    size = i32x4.max_s(size, v128.and(f32x4.abs(score), seen));
    if (slope) {
      const distances = f32x4.convert_i32x4_s(i32x4.sub(i32x4.splat(position), positions));
      score = f32x4.sub(score, f32x4.mul(slopes, distances));
    }
    score = v128.bitselect(score, hidden, seen);
    v128.store(scores, score);
    largest = f32x4.pmax(largest, score);
  }
  if (v128.any_true(i32x4.gt_s(size, f32x4.splat(MOST)))) return NaN;
  largest = f32x4.pmax(largest, v128.shuffle<f32>(largest, largest, 2, 3, 2, 3));
  const most = max<f32>(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1));
  // All keys are far away: what they cost is not exact enough.
  return most < -MOST ? NaN : most;
}

/** The same of float64 products, whose largest is NaN if one of them is. */
function scores64(scores: usize, block: usize, scale: f64, slope: f64, position: i32, last: i32): f64 {
  let largest: f64 = -Infinity;
  for (let place = 0; place < BLOCK; place++, scores += 8) {
    const at = load<i32>(positionAt(block, place));
    let score: f64 = -Infinity;
    if (at <= last) {
      score = load<f64>(scores) * scale;
      if (slope) score -= slope * <f64>(position - at);
    }
    store<f64>(scores, score);
    largest = max<f64>(largest, score);
  }
  return largest;
}

/** Two numbers as float64. */
// @ts-ignore: decorator
@inline
function pair<T>(at: usize): v128 {
  return sizeof<T>() == 8 ? v128.load(at) : f64x2.promote_low_f32x4(v128.load64_zero(at));
}

/** Takes the largest score from all scores in float64, and writes the differences as float32. */
function subtract64<T>(scores: usize, largest: f64): void {
  const largests = f64x2.splat(largest);
  for (let to = scores, from = scores; to < scores + 4 * BLOCK; to += 16, from += 4 * sizeof<T>()) {
    const low = f32x4.demote_f64x2_zero(f64x2.sub(pair<T>(from), largests));
    const high = f32x4.demote_f64x2_zero(f64x2.sub(pair<T>(from + 2 * sizeof<T>()), largests));
    v128.store(to, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
  }
}

/** The same differences where all scores are float32. */
function subtract32(scores: usize, largest: f32): void {
  const largests = f32x4.splat(largest);
  for (let at = scores; at < scores + 4 * BLOCK; at += 16) v128.store(at, f32x4.sub(v128.load(at), largests));
}

/** Makes float32 weights of scores, which they overwrite. @returns their sum. */
function weightsOf<T>(scores: usize, largest: f64): f64 {
  const end = scores + 4 * BLOCK;
  if (sizeof<T>() == 4 && <f64>(<f32>largest) == largest) subtract32(scores, <f32>largest);
  else subtract64<T>(scores, largest);
  exponentials(scores, BLOCK);
  let sum = f32x4.splat(0);
  for (let at = scores; at < end; at += 16) sum = f32x4.add(sum, v128.load(at));
  const pairs = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 2, 3));
  return <f64>(f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1));
}

/** What exceeds the largest score so far rescales what was summed up. @returns the largest score. */
function raiseTo(largest: f64, state: usize, size: usize): f64 {
  const before = load<f64>(state);
  if (largest <= before) return before;
  const factor = exponential(before - largest), factors = f64x2.splat(factor);
  store<f64>(state, largest);
  store<f64>(state + SUM, load<f64>(state + SUM) * factor);
  const end = state + size;
  for (let at = state + VALUES; at < end; at += 16) v128.store(at, f64x2.mul(v128.load(at), factors));
  return largest;
}

/** The keys of a block whose positions are at most `last`. */
// @ts-ignore: decorator
@inline
function countSeen(block: usize, last: i32): i32 {
  let count = BLOCK;
  while (count > 0 && load<i32>(positionAt(block, count - 1)) > last) count--;
  return count;
}

/**
 * Adds a block to the state of a query at `position`, which sees the keys up to the position `last`. `scores` has the float32
 * products of the query with the keys, and room for float64.
 */
export function addBlock(
  q: usize, block: usize, scores: usize, sums: usize, state: usize, keyWidth: i32, valueWidth: i32,
  scale: f32, slope: f32, position: i32, last: i32,
): void {
  const count = countSeen(block, last);
  if (count == 0) return;
  const size = stateBytes(valueWidth), largest32 = scores32(scores, block, scale, slope, position, last);
  let sum: f64;
  if (largest32 == largest32) {
    sum = weightsOf<f32>(scores, raiseTo(<f64>largest32, state, size));
  } else {
    products64(q, block, keyWidth, scores);
    const largest = scores64(scores, block, scale, slope, position, last);
    sum = weightsOf<f64>(scores, raiseTo(largest, state, size));
  }
  store<f64>(state + SUM, load<f64>(state + SUM) + sum);
  store<f64>(state + SEEN, load<f64>(state + SEEN) + <f64>count);
  if (!addWeighted(block, scores, count, sums, state + VALUES, valueWidth)) {
    addWeighted64(block, scores, count, state + VALUES, valueWidth);
  }
}

/** Writes the output of a query; zeros if it has seen no key. */
export function finishRow(state: usize, y: usize, valueWidth: i32): void {
  const inverse = load<f64>(state + SEEN) == 0 ? 0 : 1 / load<f64>(state + SUM);
  const end = y + (<usize>valueWidth << 2);
  for (let at = state + VALUES; y < end; y += 4, at += 8) store<f32>(y, <f32>(load<f64>(at) * inverse));
}
