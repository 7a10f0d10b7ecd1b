/**
 * One query and one block of keys, whose rows are of float32 or, after `widenBlock`, of float64. The state of a query is the
 * largest score so far, the sum of the weights, the number of keys seen, an empty place, and the sum of the weighted values, in
 * float64.
 */
import { exponential, exponentialPair } from './exponential';
import { BLOCK, positionAt, rowAt, valueAt } from './key_block';

const SUM: usize = 8, SEEN: usize = 16, VALUES: usize = 32;

/** Two neighboring numbers as float64. */
// @ts-ignore: decorator
@inline
function pair<T>(at: usize, offset: usize = 0): v128 {
  if (sizeof<T>() == 8) return v128.load(at + offset);
  return f64x2.promote_low_f32x4(v128.load64_zero(at + offset));
}

/** Bytes, also of rows of float64 of an odd width. */
export function stateBytes(valueWidth: i32): usize {
  return VALUES + (<usize>((valueWidth + 1) & ~1) << 3);
}

export function startRow(state: usize, valueWidth: i32): void {
  // Not -Infinity, whose difference to a score of -Infinity would be NaN.
  store<f64>(state, -f64.MAX_VALUE);
  for (let at = state + SUM; at < state + stateBytes(valueWidth); at += 8) store<f64>(at, 0);
}

// @ts-ignore: decorator
@inline
function addLanes(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
}

/** Writes the products of a query with eight keys. */
function products<T>(q: usize, block: usize, place: i32, keyWidth: i32, to: usize): void {
  let k0 = rowAt(block, place), k1 = rowAt(block, place + 1), k2 = rowAt(block, place + 2), k3 = rowAt(block, place + 3);
  let k4 = rowAt(block, place + 4), k5 = rowAt(block, place + 5), k6 = rowAt(block, place + 6), k7 = rowAt(block, place + 7);
  let a = f64x2.splat(0), b = f64x2.splat(0), c = f64x2.splat(0), d = f64x2.splat(0);
  let e = f64x2.splat(0), f = f64x2.splat(0), g = f64x2.splat(0), h = f64x2.splat(0);
  const pairs = (<usize>keyWidth >> 1) * (2 * sizeof<T>());
  for (let at: usize = 0; at < pairs; at += 2 * sizeof<T>(), q += 8) {
    const x = pair<f32>(q);
    a = f64x2.add(a, f64x2.mul(x, pair<T>(k0 + at)));
    b = f64x2.add(b, f64x2.mul(x, pair<T>(k1 + at)));
    c = f64x2.add(c, f64x2.mul(x, pair<T>(k2 + at)));
    d = f64x2.add(d, f64x2.mul(x, pair<T>(k3 + at)));
    e = f64x2.add(e, f64x2.mul(x, pair<T>(k4 + at)));
    f = f64x2.add(f, f64x2.mul(x, pair<T>(k5 + at)));
    g = f64x2.add(g, f64x2.mul(x, pair<T>(k6 + at)));
    h = f64x2.add(h, f64x2.mul(x, pair<T>(k7 + at)));
  }
  v128.store(to, addLanes(a, b));
  v128.store(to, addLanes(c, d), 16);
  v128.store(to, addLanes(e, f), 32);
  v128.store(to, addLanes(g, h), 48);
  if (keyWidth & 1) {
    const x = <f64>load<f32>(q);
    for (let i = 0; i < 8; i++, to += 8) store<f64>(to, load<f64>(to) + x * <f64>load<T>(rowAt(block, place + i) + pairs));
  }
}

/** Makes scores of the products in `weights`, with -Infinity for the keys behind `last`. @returns the largest. */
function scoresOf(weights: usize, block: usize, scale: f64, slope: f64, position: f64, last: f64): f64 {
  const hidden = f64x2.splat(-Infinity);
  let largest = hidden;
  for (let place = 0; place < BLOCK; place += 2, weights += 16) {
    const positions = v128.load(positionAt(block, place));
    let score = f64x2.mul(v128.load(weights), f64x2.splat(scale));
    if (slope) {
      score = f64x2.sub(score, f64x2.mul(f64x2.splat(slope), f64x2.sub(f64x2.splat(position), positions)));
    }
    score = v128.bitselect(score, hidden, f64x2.le(positions, f64x2.splat(last)));
    v128.store(weights, score);
    largest = f64x2.max(largest, score);
  }
  return max<f64>(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
}

/** Makes weights of scores. @returns their sum. */
function weightsOf(weights: usize, largest: f64): f64 {
  let sum = f64x2.splat(0);
  for (let at = weights; at < weights + 8 * BLOCK; at += 16) {
    const weight = exponentialPair(f64x2.sub(v128.load(at), f64x2.splat(largest)));
    v128.store(at, weight);
    sum = f64x2.add(sum, weight);
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** What exceeds the largest score so far rescales what was summed up. @returns the largest score. */
function raiseTo(largest: f64, state: usize, stateBytes: usize): f64 {
  const before = load<f64>(state);
  if (largest <= before) return before;
  const factor = exponential(before - largest), factors = f64x2.splat(factor);
  store<f64>(state, largest);
  store<f64>(state + SUM, load<f64>(state + SUM) * factor);
  const end = state + stateBytes;
  for (let at = state + VALUES; at < end; at += 16) v128.store(at, f64x2.mul(v128.load(at), factors));
  return largest;
}

/** Adds the first `count` values of a block, weighted. */
function addValues<T>(block: usize, weights: usize, count: i32, sums: usize, valueWidth: i32): void {
  let at: usize = 0, width = valueWidth;
  for (; width >= 8; width -= 8, at += 8 * sizeof<T>(), sums += 64) {
    let a = v128.load(sums), b = v128.load(sums, 16), c = v128.load(sums, 32), d = v128.load(sums, 48);
    for (let i = 0; i < count; i++) {
      const weight = v128.load64_splat(weights + (<usize>i << 3)), value = valueAt(block, i) + at;
      a = f64x2.add(a, f64x2.mul(weight, pair<T>(value)));
      b = f64x2.add(b, f64x2.mul(weight, pair<T>(value, 2 * sizeof<T>())));
      c = f64x2.add(c, f64x2.mul(weight, pair<T>(value, 4 * sizeof<T>())));
      d = f64x2.add(d, f64x2.mul(weight, pair<T>(value, 6 * sizeof<T>())));
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
    v128.store(sums, c, 32);
    v128.store(sums, d, 48);
  }
  for (; width > 0; width--, at += sizeof<T>(), sums += 8) {
    let sum = load<f64>(sums);
    for (let i = 0; i < count; i++) sum += load<f64>(weights + (<usize>i << 3)) * <f64>load<T>(valueAt(block, i) + at);
    store<f64>(sums, sum);
  }
}

/** Adds a block to the state of a query at `position`, which sees the keys up to the position `last`. */
export function attendRow<T>(
  q: usize, block: usize, weights: usize, state: usize, keyWidth: i32, valueWidth: i32,
  scale: f64, slope: f64, position: f64, last: f64,
): void {
  let count = 0;
  while (count < BLOCK && load<f64>(positionAt(block, count)) <= last) count++;
  if (count == 0) return;
  products<T>(q, block, 0, keyWidth, weights);
  products<T>(q, block, 8, keyWidth, weights + 64);
  const score = scoresOf(weights, block, scale, slope, position, last);
  const sum = weightsOf(weights, raiseTo(score, state, stateBytes(valueWidth)));
  store<f64>(state + SUM, load<f64>(state + SUM) + sum);
  store<f64>(state + SEEN, load<f64>(state + SEEN) + <f64>count);
  addValues<T>(block, weights, count, state + VALUES, valueWidth);
}

/** Writes the output of a query; zeros if it has seen no key. */
export function finishRow(state: usize, y: usize, valueWidth: i32): void {
  const inverse = load<f64>(state + SEEN) == 0 ? 0 : 1 / load<f64>(state + SUM);
  const end = y + (<usize>valueWidth << 2);
  for (let at = state + VALUES; y < end; y += 4, at += 8) store<f32>(y, <f32>(load<f64>(at) * inverse));
}
