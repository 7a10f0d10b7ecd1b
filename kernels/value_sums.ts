/** Sums of weighted values of the keys of a block. */
import { lastOf, quadsOf, valueAt } from './key_block';

/** Float32 sums neither overflow nor lose bits if the largest is between those: 2^-80 and 2^100. */
const LEAST: f32 = 8.271806125530277e-25, MOST: f32 = 1.2676506002282294e30;

// @ts-ignore: decorator
@inline
function weightAt(weights: usize, place: i32): v128 {
  return v128.load32_splat(weights + (<usize>place << 2));
}

/** Writes the float32 sums of the first `count` values of a block, 32 columns and two values at a time. */
function sum32(block: usize, weights: usize, count: i32, sums: usize, valueWidth: i32): void {
  let at: usize = 0, width = valueWidth;
  for (; width >= 32; width -= 32, at += 128, sums += 128) {
    let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
    let e = f32x4.splat(0), f = f32x4.splat(0), g = f32x4.splat(0), h = f32x4.splat(0);
    if (count & 1) {
      const weight = weightAt(weights, 0), value = valueAt(block, 0) + at;
      a = f32x4.add(a, f32x4.mul(weight, v128.load(value)));
      b = f32x4.add(b, f32x4.mul(weight, v128.load(value, 16)));
      c = f32x4.add(c, f32x4.mul(weight, v128.load(value, 32)));
      d = f32x4.add(d, f32x4.mul(weight, v128.load(value, 48)));
      e = f32x4.add(e, f32x4.mul(weight, v128.load(value, 64)));
      f = f32x4.add(f, f32x4.mul(weight, v128.load(value, 80)));
      g = f32x4.add(g, f32x4.mul(weight, v128.load(value, 96)));
      h = f32x4.add(h, f32x4.mul(weight, v128.load(value, 112)));
    }
    for (let i = count & 1; i < count; i += 2) {
      const weight = weightAt(weights, i), value = valueAt(block, i) + at;
      const next = weightAt(weights, i + 1), after = valueAt(block, i + 1) + at;
      a = f32x4.add(f32x4.add(a, f32x4.mul(weight, v128.load(value))), f32x4.mul(next, v128.load(after)));
      b = f32x4.add(f32x4.add(b, f32x4.mul(weight, v128.load(value, 16))), f32x4.mul(next, v128.load(after, 16)));
      c = f32x4.add(f32x4.add(c, f32x4.mul(weight, v128.load(value, 32))), f32x4.mul(next, v128.load(after, 32)));
      d = f32x4.add(f32x4.add(d, f32x4.mul(weight, v128.load(value, 48))), f32x4.mul(next, v128.load(after, 48)));
      e = f32x4.add(f32x4.add(e, f32x4.mul(weight, v128.load(value, 64))), f32x4.mul(next, v128.load(after, 64)));
      f = f32x4.add(f32x4.add(f, f32x4.mul(weight, v128.load(value, 80))), f32x4.mul(next, v128.load(after, 80)));
      g = f32x4.add(f32x4.add(g, f32x4.mul(weight, v128.load(value, 96))), f32x4.mul(next, v128.load(after, 96)));
      h = f32x4.add(f32x4.add(h, f32x4.mul(weight, v128.load(value, 112))), f32x4.mul(next, v128.load(after, 112)));
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
    v128.store(sums, c, 32);
    v128.store(sums, d, 48);
    v128.store(sums, e, 64);
    v128.store(sums, f, 80);
    v128.store(sums, g, 96);
    v128.store(sums, h, 112);
  }
  for (; width > 0; width -= 4, at += 16, sums += 16) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < count; i++) {
      const value = valueAt(block, i) + at;
      sum = f32x4.add(sum, f32x4.mul(weightAt(weights, i), width >= 4 ? v128.load(value) : lastOf(value, width)));
    }
    v128.store(sums, sum);
  }
}

/**
 * Adds the first `count` values of a block, weighted in float32, to the float64 state.
 * @returns false if float32 is not exact enough; then the state is as it was.
 */
export function addWeighted(
  block: usize, weights: usize, count: i32, sums: usize, state: usize, valueWidth: i32,
): bool {
  sum32(block, weights, count, sums, valueWidth);
  const end = sums + 16 * quadsOf(valueWidth);
  let sizes = i32x4.splat(0);
  // The bits of a NaN are above those of every number.
  for (let at = sums; at < end; at += 16) sizes = i32x4.max_s(sizes, f32x4.abs(v128.load(at)));
  if (v128.any_true(i32x4.gt_s(sizes, f32x4.splat(MOST)))) return false;
  if (!v128.any_true(i32x4.ge_s(sizes, f32x4.splat(LEAST)))) return false;
  for (; sums < end; sums += 16, state += 32) {
    v128.store(state, f64x2.add(v128.load(state), f64x2.promote_low_f32x4(v128.load64_zero(sums))));
    v128.store(state, f64x2.add(v128.load(state, 16), f64x2.promote_low_f32x4(v128.load64_zero(sums, 8))), 16);
  }
  return true;
}

/** The same in float64. */
export function addWeighted64(block: usize, weights: usize, count: i32, state: usize, valueWidth: i32): void {
  for (let i = 0; i < count; i++) {
    const weight = <f64>load<f32>(weights + (<usize>i << 2)), value = valueAt(block, i);
    for (let j: usize = 0; j < <usize>valueWidth; j++) {
      const sum = state + (j << 3);
      store<f64>(sum, load<f64>(sum) + weight * <f64>load<f32>(value + (j << 2)));
    }
  }
}
