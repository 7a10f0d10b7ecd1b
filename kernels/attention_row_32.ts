/** What attention computes of one query and one block of keys in float32. */
import { exponentialQuad } from './exponential';
import { BLOCK, rowAt, valueAt } from './key_block';

/** The sum of each of four vectors: (first lane + third) + (second + fourth). */
// @ts-ignore: decorator
@inline
function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Writes four float32 as float64. */
// @ts-ignore: decorator
@inline
function storeWide(to: usize, values: v128): void {
  v128.store(to, f64x2.promote_low_f32x4(values));
  v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(values, values, 2, 3, 2, 3)), 16);
}

/** Writes the products of a query with eight keys. */
function productsOfEight(q: usize, block: usize, place: i32, keyWidth: i32, to: usize): void {
  let k0 = rowAt(block, place), k1 = rowAt(block, place + 1), k2 = rowAt(block, place + 2), k3 = rowAt(block, place + 3);
  let k4 = rowAt(block, place + 4), k5 = rowAt(block, place + 5), k6 = rowAt(block, place + 6), k7 = rowAt(block, place + 7);
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
  let e = f32x4.splat(0), f = f32x4.splat(0), g = f32x4.splat(0), h = f32x4.splat(0);
  const quads = (<usize>keyWidth >> 2) << 4;
  for (let at: usize = 0; at < quads; at += 16) {
    const x = v128.load(q + at);
    a = f32x4.add(a, f32x4.mul(x, v128.load(k0 + at)));
    b = f32x4.add(b, f32x4.mul(x, v128.load(k1 + at)));
    c = f32x4.add(c, f32x4.mul(x, v128.load(k2 + at)));
    d = f32x4.add(d, f32x4.mul(x, v128.load(k3 + at)));
    e = f32x4.add(e, f32x4.mul(x, v128.load(k4 + at)));
    f = f32x4.add(f, f32x4.mul(x, v128.load(k5 + at)));
    g = f32x4.add(g, f32x4.mul(x, v128.load(k6 + at)));
    h = f32x4.add(h, f32x4.mul(x, v128.load(k7 + at)));
  }
  let low = sumsOfLanes(a, b, c, d), high = sumsOfLanes(e, f, g, h);
  for (let at = quads; at < <usize>keyWidth << 2; at += 4) {
    const x = v128.load32_splat(q + at);
    let column = f32x4(load<f32>(k0 + at), load<f32>(k1 + at), load<f32>(k2 + at), load<f32>(k3 + at));
    low = f32x4.add(low, f32x4.mul(x, column));
    column = f32x4(load<f32>(k4 + at), load<f32>(k5 + at), load<f32>(k6 + at), load<f32>(k7 + at));
    high = f32x4.add(high, f32x4.mul(x, column));
  }
  storeWide(to, low);
  storeWide(to + 32, high);
}

/** Writes the products of a query with the first `count` keys of a block, rounded up to a multiple of eight keys, as float64. */
export function products32(q: usize, block: usize, count: i32, keyWidth: i32, to: usize): void {
  for (let place = 0; place < count; place += 8, to += 64) productsOfEight(q, block, place, keyWidth, to);
}

/** Two differences of float64 scores as float32, in the low lanes. */
// @ts-ignore: decorator
@inline
function differences(at: usize, offset: usize, largest: v128): v128 {
  return f32x4.demote_f64x2_zero(f64x2.sub(v128.load(at + offset), largest));
}

/** Makes float32 weights of float64 scores, which they overwrite. @returns their sum. */
export function weightsOf32(weights: usize, largest: f64): f64 {
  const largests = f64x2.splat(largest);
  let sum = f32x4.splat(0), from = weights;
  for (let to = weights; to < weights + 4 * BLOCK; to += 16, from += 32) {
    const low = differences(from, 0, largests), high = differences(from, 16, largests);
    const weight = exponentialQuad(v128.shuffle<f32>(low, high, 0, 1, 4, 5));
    v128.store(to, weight);
    sum = f32x4.add(sum, weight);
  }
  const pairs = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 2, 3));
  return <f64>(f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1));
}

/** Adds four float32 to float64 sums. */
// @ts-ignore: decorator
@inline
function addWide(sums: usize, offset: usize, values: v128): void {
  const high = v128.shuffle<f32>(values, values, 2, 3, 2, 3);
  v128.store(sums + offset, f64x2.add(v128.load(sums + offset), f64x2.promote_low_f32x4(values)));
  v128.store(sums + offset + 16, f64x2.add(v128.load(sums + offset + 16), f64x2.promote_low_f32x4(high)));
}

/** Adds the first `count` values of a block, weighted, to float64 sums. */
export function addValues32(block: usize, weights: usize, count: i32, sums: usize, valueWidth: i32): void {
  let at: usize = 0, width = valueWidth;
  for (; width >= 32; width -= 32, at += 128, sums += 256) {
    let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
    let e = f32x4.splat(0), f = f32x4.splat(0), g = f32x4.splat(0), h = f32x4.splat(0);
    for (let i = 0; i < count; i++) {
      const weight = v128.load32_splat(weights + (<usize>i << 2)), value = valueAt(block, i) + at;
      a = f32x4.add(a, f32x4.mul(weight, v128.load(value)));
      b = f32x4.add(b, f32x4.mul(weight, v128.load(value, 16)));
      c = f32x4.add(c, f32x4.mul(weight, v128.load(value, 32)));
      d = f32x4.add(d, f32x4.mul(weight, v128.load(value, 48)));
      e = f32x4.add(e, f32x4.mul(weight, v128.load(value, 64)));
      f = f32x4.add(f, f32x4.mul(weight, v128.load(value, 80)));
      g = f32x4.add(g, f32x4.mul(weight, v128.load(value, 96)));
      h = f32x4.add(h, f32x4.mul(weight, v128.load(value, 112)));
    }
    addWide(sums, 0, a);
    addWide(sums, 32, b);
    addWide(sums, 64, c);
    addWide(sums, 96, d);
    addWide(sums, 128, e);
    addWide(sums, 160, f);
    addWide(sums, 192, g);
    addWide(sums, 224, h);
  }
  for (; width >= 4; width -= 4, at += 16, sums += 32) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < count; i++) {
      const weight = v128.load32_splat(weights + (<usize>i << 2));
      sum = f32x4.add(sum, f32x4.mul(weight, v128.load(valueAt(block, i) + at)));
    }
    addWide(sums, 0, sum);
  }
  for (; width > 0; width--, at += 4, sums += 8) {
    let sum: f32 = 0;
    for (let i = 0; i < count; i++) sum += load<f32>(weights + (<usize>i << 2)) * load<f32>(valueAt(block, i) + at);
    store<f64>(sums, load<f64>(sums) + <f64>sum);
  }
}
