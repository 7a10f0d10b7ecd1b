/** What attention computes of one query and one block of keys in float64. */
import { exponentialPair } from './exponential';
import { BLOCK, rowAt, valueAt } from './key_block';

/** Two neighboring numbers as float64. */
// @ts-ignore: decorator
@inline
function pair(at: usize, offset: usize = 0): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at + offset));
}

// @ts-ignore: decorator
@inline
function addLanes(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
}

/** Writes the products of a query with eight keys. */
function productsOfEight(q: usize, block: usize, place: i32, keyWidth: i32, to: usize): void {
  let k0 = rowAt(block, place), k1 = rowAt(block, place + 1), k2 = rowAt(block, place + 2), k3 = rowAt(block, place + 3);
  let k4 = rowAt(block, place + 4), k5 = rowAt(block, place + 5), k6 = rowAt(block, place + 6), k7 = rowAt(block, place + 7);
  let a = f64x2.splat(0), b = f64x2.splat(0), c = f64x2.splat(0), d = f64x2.splat(0);
  let e = f64x2.splat(0), f = f64x2.splat(0), g = f64x2.splat(0), h = f64x2.splat(0);
  const pairs = (<usize>keyWidth >> 1) << 3;
  for (let at: usize = 0; at < pairs; at += 8, q += 8) {
    const x = pair(q);
    a = f64x2.add(a, f64x2.mul(x, pair(k0 + at)));
    b = f64x2.add(b, f64x2.mul(x, pair(k1 + at)));
    c = f64x2.add(c, f64x2.mul(x, pair(k2 + at)));
    d = f64x2.add(d, f64x2.mul(x, pair(k3 + at)));
    e = f64x2.add(e, f64x2.mul(x, pair(k4 + at)));
    f = f64x2.add(f, f64x2.mul(x, pair(k5 + at)));
    g = f64x2.add(g, f64x2.mul(x, pair(k6 + at)));
    h = f64x2.add(h, f64x2.mul(x, pair(k7 + at)));
  }
  v128.store(to, addLanes(a, b));
  v128.store(to, addLanes(c, d), 16);
  v128.store(to, addLanes(e, f), 32);
  v128.store(to, addLanes(g, h), 48);
  if (keyWidth & 1) {
    const x = <f64>load<f32>(q);
    for (let i = 0; i < 8; i++, to += 8) store<f64>(to, load<f64>(to) + x * <f64>load<f32>(rowAt(block, place + i) + pairs));
  }
}

/** Writes the products of a query with the first `count` keys of a block, rounded up to a multiple of eight keys. */
export function products64(q: usize, block: usize, count: i32, keyWidth: i32, to: usize): void {
  for (let place = 0; place < count; place += 8, to += 64) productsOfEight(q, block, place, keyWidth, to);
}

/** Makes weights of scores. @returns their sum. */
export function weightsOf64(weights: usize, largest: f64): f64 {
  let sum = f64x2.splat(0);
  for (let at = weights; at < weights + 8 * BLOCK; at += 16) {
    const weight = exponentialPair(f64x2.sub(v128.load(at), f64x2.splat(largest)));
    v128.store(at, weight);
    sum = f64x2.add(sum, weight);
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Adds the first `count` values of a block, weighted. */
export function addValues64(block: usize, weights: usize, count: i32, sums: usize, valueWidth: i32): void {
  let at: usize = 0, width = valueWidth;
  for (; width >= 8; width -= 8, at += 32, sums += 64) {
    let a = v128.load(sums), b = v128.load(sums, 16), c = v128.load(sums, 32), d = v128.load(sums, 48);
    for (let i = 0; i < count; i++) {
      const weight = v128.load64_splat(weights + (<usize>i << 3)), value = valueAt(block, i) + at;
      a = f64x2.add(a, f64x2.mul(weight, pair(value)));
      b = f64x2.add(b, f64x2.mul(weight, pair(value, 8)));
      c = f64x2.add(c, f64x2.mul(weight, pair(value, 16)));
      d = f64x2.add(d, f64x2.mul(weight, pair(value, 24)));
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
    v128.store(sums, c, 32);
    v128.store(sums, d, 48);
  }
  for (; width > 0; width--, at += 4, sums += 8) {
    let sum = load<f64>(sums);
    for (let i = 0; i < count; i++) sum += load<f64>(weights + (<usize>i << 3)) * <f64>load<f32>(valueAt(block, i) + at);
    store<f64>(sums, sum);
  }
}
