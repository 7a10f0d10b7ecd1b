/**
 * The module of GELU, eight numbers at a time: engines make a constant anew for each use of it, and here one serves two
 * vectors. src/engine/gelu/portable.ts computes the same floats and explains the formulas.
 */
import { scaledPowerQuad } from './exponential';

// @ts-ignore: decorator
@inline
function times(a: v128, b: f32): v128 {
  return f32x4.mul(a, f32x4.splat(b));
}

/** a * b + c, rounded twice. */
// @ts-ignore: decorator
@inline
function step(a: v128, b: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(a, b), f32x4.splat(c));
}

const ERF_BOUND: f32 = 14.846575, TANH_BOUND: f32 = 10.915148;
const SQUARE_LOG: f64 = -0.7213475204444817, CUBIC_LOG: f64 = -0.1029432395800235, SLOPE_LOG: f64 = -2.302208198144325;
const DENSITY: f32 = 0.3989422804014327, SLOPE: f32 = 1.5957691216057308, CUBIC_SLOPE: f32 = 0.21406444881780073;
const UNSCALE: f32 = 2.3283064365386963e-10;

/** NaN stays NaN. */
// @ts-ignore: decorator
@inline
function atMost(x: v128, tanh: bool): v128 {
  return f32x4.pmin(x, f32x4.splat(tanh ? TANH_BOUND : ERF_BOUND));
}

/** The logarithm of e(size), to base 2, of two numbers. */
// @ts-ignore: decorator
@inline
function logarithm(size: v128, tanh: bool): v128 {
  const z = f64x2.promote_low_f32x4(size), square = f64x2.mul(z, z);
  if (!tanh) return f64x2.mul(square, f64x2.splat(SQUARE_LOG));
  return f64x2.mul(f64x2.add(f64x2.mul(square, f64x2.splat(CUBIC_LOG)), f64x2.splat(SLOPE_LOG)), z);
}

// @ts-ignore: decorator
@inline
function scaledPower(size: v128, tanh: bool): v128 {
  return scaledPowerQuad(logarithm(size, tanh), logarithm(v128.shuffle<i64>(size, size, 1, 1), tanh));
}

// @ts-ignore: decorator
@inline
function quotient(size: v128): v128 {
  let p = step(size, f32x4.splat(0.01670173928141594), 0.11813613772392273);
  p = step(size, p, 0.3596060872077942);
  p = step(size, p, 0.5);
  let q = step(size, f32x4.splat(0.04187065362930298), 0.29590317606925964);
  q = step(size, q, 0.9468468427658081);
  q = step(size, q, 1.5170847177505493);
  q = step(size, q, 1);
  return f32x4.div(p, q);
}

// @ts-ignore: decorator
@inline
function divisor(power: v128): v128 {
  return step(power, f32x4.splat(UNSCALE), 1);
}

// @ts-ignore: decorator
@inline
function geluOf(x: v128, tanh: bool): v128 {
  const size = f32x4.abs(atMost(x, tanh)), bounded = atMost(size, tanh), power = scaledPower(bounded, tanh);
  const part = tanh
    ? f32x4.div(f32x4.mul(size, power), divisor(power))
    : f32x4.mul(f32x4.mul(quotient(bounded), size), power);
  return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), times(part, UNSCALE));
}

// @ts-ignore: decorator
@inline
function slope(size: v128, power: v128, tanh: bool): v128 {
  if (!tanh) return f32x4.sub(quotient(size), times(size, DENSITY));
  const factor = f32x4.div(f32x4.splat(1), divisor(power));
  const inner = f32x4.mul(step(f32x4.mul(size, size), f32x4.splat(CUBIC_SLOPE), SLOPE), size);
  return f32x4.sub(factor, f32x4.mul(f32x4.mul(inner, factor), factor));
}

// @ts-ignore: decorator
@inline
function derivative(x: v128, tanh: bool): v128 {
  const size = atMost(f32x4.abs(x), tanh), power = scaledPower(size, tanh);
  const below = times(f32x4.mul(slope(size, power, tanh), power), UNSCALE);
  return v128.bitselect(below, f32x4.sub(f32x4.splat(1), below), f32x4.lt(x, f32x4.splat(0)));
}

/** Of at least one number; zeros stand for those that are missing of four. */
function loadPart(at: usize, count: i32): v128 {
  let values = v128.load32_zero(at);
  if (count > 1) values = v128.load32_lane(at + 4, values, 1);
  if (count > 2) values = v128.load32_lane(at + 8, values, 2);
  return count > 3 ? v128.load(at) : values;
}

function storePart(at: usize, values: v128, count: i32): void {
  v128.store32_lane(at, values, 0);
  if (count > 1) v128.store32_lane(at + 4, values, 1);
  if (count > 2) v128.store32_lane(at + 8, values, 2);
  if (count > 3) v128.store32_lane(at + 12, values, 3);
}

/** Of fewer than eight numbers. */
function rest(x: usize, y: usize, count: i32, tanh: bool): void {
  for (; count > 0; count -= 4, x += 16, y += 16) storePart(y, geluOf(loadPart(x, count), tanh), count);
}

function restOfGradient(x: usize, dy: usize, dx: usize, count: i32, tanh: bool): void {
  for (; count > 0; count -= 4, x += 16, dy += 16, dx += 16) {
    storePart(dx, f32x4.mul(loadPart(dy, count), derivative(loadPart(x, count), tanh)), count);
  }
}

// @ts-ignore: decorator
@inline
function each(x: usize, y: usize, count: i32, tanh: bool): void {
  for (; count >= 8; count -= 8, x += 32, y += 32) {
    const low = geluOf(v128.load(x), tanh), high = geluOf(v128.load(x, 16), tanh);
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  rest(x, y, count, tanh);
}

// @ts-ignore: decorator
@inline
function eachGradient(x: usize, dy: usize, dx: usize, count: i32, tanh: bool): void {
  for (; count >= 8; count -= 8, x += 32, dy += 32, dx += 32) {
    const low = derivative(v128.load(x), tanh), high = derivative(v128.load(x, 16), tanh);
    v128.store(dx, f32x4.mul(v128.load(dy), low));
    v128.store(dx, f32x4.mul(v128.load(dy, 16), high), 16);
  }
  restOfGradient(x, dy, dx, count, tanh);
}

export function erf(x: usize, y: usize, count: i32): void {
  each(x, y, count, false);
}

export function tanh(x: usize, y: usize, count: i32): void {
  each(x, y, count, true);
}

export function erfGradient(x: usize, dy: usize, dx: usize, count: i32): void {
  eachGradient(x, dy, dx, count, false);
}

export function tanhGradient(x: usize, dy: usize, dx: usize, count: i32): void {
  eachGradient(x, dy, dx, count, true);
}
