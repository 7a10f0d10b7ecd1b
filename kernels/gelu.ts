/** The module of GELU. src/engine/gelu/portable.ts computes the same floats and explains the formulas. */
import { exponentialPair } from './exponential';
import { pair, storePair } from './normalization_sums';

// @ts-ignore: decorator
@inline
function times(a: v128, b: f64): v128 {
  return f64x2.mul(a, f64x2.splat(b));
}

// @ts-ignore: decorator
@inline
function plus(a: v128, b: f64): v128 {
  return f64x2.add(a, f64x2.splat(b));
}

/** a * b + c, rounded twice. */
// @ts-ignore: decorator
@inline
function step(a: v128, b: v128, c: f64): v128 {
  return plus(f64x2.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
function tailOfErf(size: v128): v128 {
  const t = f64x2.div(f64x2.splat(1), plus(times(size, 0.5), 1));
  let p = plus(times(t, 0.17087277), -0.82215223);
  p = step(t, p, 1.48851587);
  p = step(t, p, -1.13520398);
  p = step(t, p, 0.27886807);
  p = step(t, p, -0.18628806);
  p = step(t, p, 0.09678418);
  p = step(t, p, 0.37409196);
  p = step(t, p, 1.00002368);
  p = step(t, p, -1.26551223);
  return f64x2.mul(times(t, 0.5), exponentialPair(f64x2.sub(p, f64x2.mul(size, size))));
}

const ROOT_HALF: f64 = 0.7071067811865476, DENSITY: f64 = 0.3989422804014327;
const SLOPE: f64 = 1.5957691216057308, CUBIC: f64 = 0.044715;

function tail(x: v128, tanh: i32): v128 {
  const size = f64x2.abs(x);
  if (!tanh) return tailOfErf(times(size, ROOT_HALF));
  const cube = f64x2.mul(f64x2.mul(size, size), times(size, CUBIC));
  const e = exponentialPair(times(f64x2.add(size, cube), -SLOPE));
  return f64x2.div(e, plus(e, 1));
}

// @ts-ignore: decorator
@inline
function share(x: v128, tail: v128): v128 {
  return v128.bitselect(tail, f64x2.sub(f64x2.splat(1), tail), f64x2.lt(x, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline
function derivative(x: v128, tanh: i32): v128 {
  const beyond = tail(x, tanh), square = f64x2.mul(x, x);
  let density: v128;
  if (tanh) {
    const both = f64x2.mul(beyond, f64x2.sub(f64x2.splat(1), beyond));
    density = f64x2.mul(both, times(plus(times(square, 3 * CUBIC), 1), SLOPE));
  } else {
    density = times(exponentialPair(times(square, -0.5)), DENSITY);
  }
  return f64x2.add(share(x, beyond), f64x2.mul(x, density));
}

/** The last of an odd count stands alone, twice. */
// @ts-ignore: decorator
@inline
function next(x: usize, count: i32): v128 {
  return count > 1 ? pair(x) : f64x2.splat(<f64>load<f32>(x));
}

// @ts-ignore: decorator
@inline
function storeNext(y: usize, values: v128, count: i32): void {
  if (count > 1) storePair(y, values);
  else v128.store32_lane(y, f32x4.demote_f64x2_zero(values), 0);
}

/** Of `count` numbers; `tanh` is 0 for the form with erf. */
export function gelu(x: usize, y: usize, count: i32, tanh: i32): void {
  for (; count > 0; count -= 2, x += 8, y += 8) {
    const numbers = next(x, count);
    storeNext(y, f64x2.mul(numbers, share(numbers, tail(numbers, tanh))), count);
  }
}

export function geluGradient(x: usize, dy: usize, dx: usize, count: i32, tanh: i32): void {
  for (; count > 0; count -= 2, x += 8, dy += 8, dx += 8) {
    storeNext(dx, f64x2.mul(next(dy, count), derivative(next(x, count), tanh)), count);
  }
}
