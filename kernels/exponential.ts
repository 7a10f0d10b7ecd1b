/** e^x in float64; src/engine/exponential.ts computes the same floats and explains the formula. */

const TO_INTEGER: f64 = 6755399441055744;
const LOG2E: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 0.6931471803691238, LN2_LOW: f64 = 1.9082149292705877e-10;
const LOWEST: f64 = -708;

/** Of two numbers of at most 0. */
// @ts-ignore: decorator
@inline
export function exponentialPair(x: v128): v128 {
  const shift = f64x2.splat(TO_INTEGER);
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(LOG2E)), shift);
  const n = f64x2.sub(shifted, shift);
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HIGH))), f64x2.mul(n, f64x2.splat(LN2_LOW)));
  let p = f64x2.add(f64x2.mul(r, f64x2.splat(1.0 / 5040.0)), f64x2.splat(1.0 / 720.0));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(1.0 / 120.0));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(1.0 / 24.0));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(1.0 / 6.0));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(1));
  // The low bits of the shifted number are n as an integer.
  const power = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  return v128.andnot(f64x2.mul(p, power), f64x2.lt(x, f64x2.splat(LOWEST)));
}

// @ts-ignore: decorator
@inline
export function exponential(x: f64): f64 {
  return f64x2.extract_lane(exponentialPair(f64x2.splat(x)), 0);
}
