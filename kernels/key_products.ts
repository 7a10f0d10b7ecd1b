/** Products of queries with the keys of a block: in float32, four sums that take each fourth number, or in float64, two sums. */
import { BLOCK, fourKeysAt, lastOf, rowAt } from './key_block';

/** The sum of each of four vectors: (first lane + third) + (second + fourth). */
// @ts-ignore: decorator
@inline
function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

// @ts-ignore: decorator
@inline
function addProduct(sum: v128, x: v128, y: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, y));
}

/** Writes the float32 products of a query with the keys of a block. */
export function productsOfRow(q: usize, block: usize, keyWidth: i32, to: usize): void {
  const end = (<usize>keyWidth & ~3) << 2, rest = keyWidth & 3;
  for (let place = 0; place < BLOCK; place += 4, to += 16) {
    const k0 = rowAt(block, place), k1 = rowAt(block, place + 1), k2 = rowAt(block, place + 2), k3 = rowAt(block, place + 3);
    let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
    for (let at: usize = 0; at < end; at += 16) {
      const x = v128.load(q + at);
      a = addProduct(a, x, v128.load(k0 + at));
      b = addProduct(b, x, v128.load(k1 + at));
      c = addProduct(c, x, v128.load(k2 + at));
      d = addProduct(d, x, v128.load(k3 + at));
    }
    if (rest > 0) {
      const x = lastOf(q + end, rest);
      a = addProduct(a, x, lastOf(k0 + end, rest));
      b = addProduct(b, x, lastOf(k1 + end, rest));
      c = addProduct(c, x, lastOf(k2 + end, rest));
      d = addProduct(d, x, lastOf(k3 + end, rest));
    }
    v128.store(to, sumsOfLanes(a, b, c, d));
  }
}

/** Writes the float32 products of two queries with the keys of a copied block; those of the second `step` bytes behind. */
export function productsOfPair(q: usize, q1: usize, block: usize, keyWidth: i32, to: usize, step: usize): void {
  const end = (<usize>keyWidth & ~3) << 2, rest = keyWidth & 3;
  for (let place = 0; place < BLOCK; place += 4, to += 16) {
    let keys = fourKeysAt(block, place, keyWidth);
    let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
    let e = f32x4.splat(0), f = f32x4.splat(0), g = f32x4.splat(0), h = f32x4.splat(0);
    for (let at: usize = 0; at < end + 16; at += 16, keys += 64) {
      let x: v128, z: v128;
      if (at < end) {
        x = v128.load(q + at);
        z = v128.load(q1 + at);
      } else {
        if (rest == 0) break;
        x = lastOf(q + at, rest);
        z = lastOf(q1 + at, rest);
      }
      const k0 = v128.load(keys), k1 = v128.load(keys, 16), k2 = v128.load(keys, 32), k3 = v128.load(keys, 48);
      a = addProduct(a, x, k0);
      b = addProduct(b, x, k1);
      c = addProduct(c, x, k2);
      d = addProduct(d, x, k3);
      e = addProduct(e, z, k0);
      f = addProduct(f, z, k1);
      g = addProduct(g, z, k2);
      h = addProduct(h, z, k3);
    }
    v128.store(to, sumsOfLanes(a, b, c, d));
    v128.store(to + step, sumsOfLanes(e, f, g, h));
  }
}

/** Writes the float64 products of a query with the keys of a block. */
export function products64(q: usize, block: usize, keyWidth: i32, to: usize): void {
  const pairs = (<usize>keyWidth & ~1) << 2;
  for (let place = 0; place < BLOCK; place++, to += 8) {
    const row = rowAt(block, place);
    let sum = f64x2.splat(0);
    for (let at: usize = 0; at < pairs; at += 8) {
      const x = f64x2.promote_low_f32x4(v128.load64_zero(q + at));
      sum = f64x2.add(sum, f64x2.mul(x, f64x2.promote_low_f32x4(v128.load64_zero(row + at))));
    }
    let product = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    if (keyWidth & 1) product += <f64>load<f32>(q + pairs) * <f64>load<f32>(row + pairs);
    store<f64>(to, product);
  }
}
