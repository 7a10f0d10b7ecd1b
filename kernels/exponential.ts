/** e^x in float64 and in float32; src/engine/exponential.ts computes the same floats and explains the formulas. */

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

const TO_INTEGER_32: f32 = 12582912;
const LN2_HIGH_32: f32 = 0.693359375, LN2_LOW_32: f32 = -0.00021219444;
const LOWEST_32: f32 = -87;

/** Of four numbers of at most 0, in float32. */
// @ts-ignore: decorator
@inline
export function exponentialQuad(x: v128): v128 {
  const shift = f32x4.splat(TO_INTEGER_32);
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(<f32>LOG2E)), shift);
  const n = f32x4.sub(shifted, shift);
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH_32))), f32x4.mul(n, f32x4.splat(LN2_LOW_32)));
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(1.9875691500e-4)), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(p, power), f32x4.lt(x, f32x4.splat(LOWEST_32)));
}

// @ts-ignore: decorator
@inline
function plusShift(x: v128): v128 {
  return f64x2.add(x, f64x2.splat(TO_INTEGER));
}

/** What `shifted` lacks of two numbers, as float32. */
// @ts-ignore: decorator
@inline
function remainderPair(x: v128, shifted: v128): v128 {
  return f32x4.demote_f64x2_zero(f64x2.sub(x, f64x2.sub(shifted, f64x2.splat(TO_INTEGER))));
}

/** 2^(x + 32), in float32, of four float64 from -159 to 0; 0 for -159. */
// @ts-ignore: decorator
@inline
export function scaledPowerQuad(low: v128, high: v128): v128 {
  const shiftedLow = plusShift(low), shiftedHigh = plusShift(high);
  const r = v128.shuffle<i64>(remainderPair(low, shiftedLow), remainderPair(high, shiftedHigh), 0, 2);
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(0.001326472731307149)), f32x4.splat(0.009671512991189957));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.05550733581185341));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.24022242426872253));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.6931470036506653));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(1));
  const n = v128.shuffle<i32>(shiftedLow, shiftedHigh, 0, 2, 4, 6);
  return f32x4.mul(p, i32x4.shl(i32x4.add(n, i32x4.splat(127 + 32)), 23));
}
