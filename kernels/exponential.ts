/** e^x in float64 and in float32; src/engine/exponential.ts computes the same floats and explains the formulas. */
import { runTime } from './run_time';

const TO_INTEGER: f64 = 6755399441055744;
const LOG2E: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 0.6931471803691238, LN2_LOW: f64 = 1.9082149292705877e-10;
const LOWEST: f64 = -708;

/** Of a number of at most 0. */
export function exponential(x: f64): f64 {
  const shifted = x * LOG2E + TO_INTEGER, n = shifted - TO_INTEGER;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let p = r * (1.0 / 5040.0) + 1.0 / 720.0;
  p = r * p + 1.0 / 120.0;
  p = r * p + 1.0 / 24.0;
  p = r * p + 1.0 / 6.0;
  p = r * p + 0.5;
  p = r * p + 1;
  p = r * p + 1;
  // The low bits of the shifted number are n as an integer.
  const power = reinterpret<f64>((reinterpret<i64>(shifted) + 1023) << 52);
  return x < LOWEST ? 0 : p * power;
}

const TO_INTEGER_32: f32 = 12582912;
const LN2_HIGH_32: f32 = 0.693359375, LN2_LOW_32: f32 = -0.00021219444;
const LOWEST_32: f32 = -87;

/**
 * Replaces float32 numbers of at most 0, `count` of them, a multiple of 8, by their exponentials. The vectors stand before the
 * loop (see run_time.ts).
 */
export function exponentials(at: usize, count: i32): void {
  const log2e = vector(<f32>LOG2E, count), shift = vector(TO_INTEGER_32, count);
  const ln2High = vector(LN2_HIGH_32, count), ln2Low = vector(LN2_LOW_32, count), lowest = vector(LOWEST_32, count);
  const p5 = vector(1.9875691500e-4, count), p4 = vector(1.3981999507e-3, count), p3 = vector(8.3334519073e-3, count);
  const p2 = vector(4.1665795894e-2, count), p1 = vector(1.6666665459e-1, count), p0 = vector(5.0000001201e-1, count);
  const one = vector(1, count), bias = i32x4.splat(runTime(127, count));
  for (const end = at + (<usize>count << 2); at < end; at += 32) {
    const x = v128.load(at), z = v128.load(at, 16);
    v128.store(at, quad(x, log2e, shift, ln2High, ln2Low, p5, p4, p3, p2, p1, p0, one, bias, lowest));
    v128.store(at, quad(z, log2e, shift, ln2High, ln2Low, p5, p4, p3, p2, p1, p0, one, bias, lowest), 16);
  }
}

// @ts-ignore: decorator
@inline
function vector(constant: f32, positive: i32): v128 {
  return i32x4.splat(runTime(reinterpret<i32>(constant), positive));
}

// @ts-ignore: decorator
@inline
function quad(
  x: v128, log2e: v128, shift: v128, ln2High: v128, ln2Low: v128,
  p5: v128, p4: v128, p3: v128, p2: v128, p1: v128, p0: v128, one: v128, bias: v128, lowest: v128,
): v128 {
  const shifted = f32x4.add(f32x4.mul(x, log2e), shift);
  const n = f32x4.sub(shifted, shift);
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, ln2High)), f32x4.mul(n, ln2Low));
  let p = f32x4.add(f32x4.mul(r, p5), p4);
  p = f32x4.add(f32x4.mul(r, p), p3);
  p = f32x4.add(f32x4.mul(r, p), p2);
  p = f32x4.add(f32x4.mul(r, p), p1);
  p = f32x4.add(f32x4.mul(r, p), p0);
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), one);
  const power = i32x4.shl(i32x4.add(shifted, bias), 23);
  return v128.andnot(f32x4.mul(p, power), f32x4.lt(x, lowest));
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
