/**
 * Sums over a row of float32, in float64: eight lanes, of which lane j sums the elements j, j + 8, ...; the lanes are added in one
 * order, and the elements after the last whole eight one by one. src/engine/normalization/portable.ts sums in the same order.
 */

/** Bytes of eight float32: one element for each lane. */
export const EIGHT: usize = 32;

/** Two neighbouring float32, as float64. */
// @ts-ignore: decorator
@inline
export function pair(at: usize, offset: usize = 0): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at + offset));
}

/** Rounds two numbers to float32 and stores them. */
// @ts-ignore: decorator
@inline
export function storePair(at: usize, values: v128): void {
  v128.store64_lane(at, f32x4.demote_f64x2_zero(values), 0);
}

/** The eight lanes of a sum, two to a vector, in the order in which they are always added. */
// @ts-ignore: decorator
@inline
export function addLanes(a: v128, b: v128, c: v128, d: v128): f64 {
  const sum = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

export function sumOf(x: usize, whole: usize, end: usize): f64 {
  let a = f64x2.splat(0), b = f64x2.splat(0), c = f64x2.splat(0), d = f64x2.splat(0);
  for (; x < whole; x += EIGHT) {
    a = f64x2.add(a, pair(x));
    b = f64x2.add(b, pair(x, 8));
    c = f64x2.add(c, pair(x, 16));
    d = f64x2.add(d, pair(x, 24));
  }
  let sum = addLanes(a, b, c, d);
  for (; x < end; x += 4) sum += <f64>load<f32>(x);
  return sum;
}

// @ts-ignore: decorator
@inline
function addSquare(sum: v128, x: v128, mean: v128): v128 {
  const deviation = f64x2.sub(x, mean);
  return f64x2.add(sum, f64x2.mul(deviation, deviation));
}

export function sumOfSquares(x: usize, whole: usize, end: usize, mean: f64): f64 {
  const means = f64x2.splat(mean);
  let a = f64x2.splat(0), b = f64x2.splat(0), c = f64x2.splat(0), d = f64x2.splat(0);
  for (; x < whole; x += EIGHT) {
    a = addSquare(a, pair(x), means);
    b = addSquare(b, pair(x, 8), means);
    c = addSquare(c, pair(x, 16), means);
    d = addSquare(d, pair(x, 24), means);
  }
  let sum = addLanes(a, b, c, d);
  for (; x < end; x += 4) {
    const deviation = <f64>load<f32>(x) - mean;
    sum += deviation * deviation;
  }
  return sum;
}

/** What a row's deviations are multiplied by; NaN for a row that holds NaN or infinity, and makes all of it NaN. */
// @ts-ignore: decorator
@inline
export function inverseOf(sumOfSquares: f64, features: i32, epsilon: f64): f64 {
  const variance = sumOfSquares / <f64>features;
  return variance < Infinity ? 1 / sqrt<f64>(variance + epsilon) : NaN;
}
