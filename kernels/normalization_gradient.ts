/**
 * The gradients of normalized rows; src/engine/normalization/portable.ts computes the same floats and explains the
 * formula.
 */
import { addLanes, EIGHT, inverseOf, pair, storePair, sumOf, sumOfSquares } from './normalization_sums';

/** Two numbers of a row: (x - mean) * inverse. */
// @ts-ignore: decorator
@inline
function normalized(x: v128, mean: v128, inverse: v128): v128 {
  return f64x2.mul(f64x2.sub(x, mean), inverse);
}

/** The sum of dy * gamma over a row. */
function sumOfScaled(dy: usize, gamma: usize, whole: usize, end: usize): f64 {
  let a = f64x2.splat(0), b = f64x2.splat(0), c = f64x2.splat(0), d = f64x2.splat(0);
  for (; dy < whole; dy += EIGHT, gamma += EIGHT) {
    a = f64x2.add(a, f64x2.mul(pair(dy), pair(gamma)));
    b = f64x2.add(b, f64x2.mul(pair(dy, 8), pair(gamma, 8)));
    c = f64x2.add(c, f64x2.mul(pair(dy, 16), pair(gamma, 16)));
    d = f64x2.add(d, f64x2.mul(pair(dy, 24), pair(gamma, 24)));
  }
  let sum = addLanes(a, b, c, d);
  for (; dy < end; dy += 4, gamma += 4) sum += <f64>load<f32>(dy) * <f64>load<f32>(gamma);
  return sum;
}

/** The sum of dy * gamma * normalized over a row. */
function sumOfProducts(
  dy: usize, gamma: usize, x: usize, whole: usize, end: usize, mean: f64, inverse: f64,
): f64 {
  const m = f64x2.splat(mean), v = f64x2.splat(inverse);
  let a = f64x2.splat(0), b = f64x2.splat(0), c = f64x2.splat(0), d = f64x2.splat(0);
  for (; dy < whole; dy += EIGHT, gamma += EIGHT, x += EIGHT) {
    a = f64x2.add(a, f64x2.mul(f64x2.mul(pair(dy), pair(gamma)), normalized(pair(x), m, v)));
    b = f64x2.add(b, f64x2.mul(f64x2.mul(pair(dy, 8), pair(gamma, 8)), normalized(pair(x, 8), m, v)));
    c = f64x2.add(c, f64x2.mul(f64x2.mul(pair(dy, 16), pair(gamma, 16)), normalized(pair(x, 16), m, v)));
    d = f64x2.add(d, f64x2.mul(f64x2.mul(pair(dy, 24), pair(gamma, 24)), normalized(pair(x, 24), m, v)));
  }
  let sum = addLanes(a, b, c, d);
  for (; dy < end; dy += 4, gamma += 4, x += 4) {
    sum += <f64>load<f32>(dy) * <f64>load<f32>(gamma) * ((<f64>load<f32>(x) - mean) * inverse);
  }
  return sum;
}

/** Writes dx of a row, and adds its share to the sums of dgamma and dbeta, float64 one after the other. */
function writeRow(
  x: usize, dy: usize, gamma: usize, dx: usize, end: usize, sums: usize, betaSums: usize,
  mean: f64, inverse: f64, meanScaled: f64, meanProduct: f64,
): void {
  const m = f64x2.splat(mean), v = f64x2.splat(inverse), ms = f64x2.splat(meanScaled), mp = f64x2.splat(meanProduct);
  const pairs = x + ((end - x) & ~7);
  for (; x < pairs; x += 8, dy += 8, gamma += 8, dx += 8, sums += 16, betaSums += 16) {
    const gradient = pair(dy), unit = normalized(pair(x), m, v);
    const scaled = f64x2.sub(f64x2.mul(gradient, pair(gamma)), ms);
    storePair(dx, f64x2.mul(f64x2.sub(scaled, f64x2.mul(unit, mp)), v));
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(gradient, unit)));
    v128.store(betaSums, f64x2.add(v128.load(betaSums), gradient));
  }
  if (x < end) {
    const gradient = <f64>load<f32>(dy), unit = (<f64>load<f32>(x) - mean) * inverse;
    const scaled = gradient * <f64>load<f32>(gamma) - meanScaled;
    store<f32>(dx, <f32>((scaled - unit * meanProduct) * inverse));
    store<f64>(sums, load<f64>(sums) + gradient * unit);
    store<f64>(betaSums, load<f64>(betaSums) + gradient);
  }
}

/**
 * Writes dx, and adds to `sums`, the address of float64 at a multiple of 8: those of dgamma, and then those of dbeta. `centered`
 * is 0 where the mean was not subtracted.
 */
export function normalizeGradient(
  x: usize, gamma: usize, dy: usize, dx: usize, sums: usize, rows: i32, features: i32, epsilon: f64, centered: i32,
): void {
  const rowBytes = <usize>features << 2, betaSums = sums + (<usize>features << 3);
  const wholeBytes = rowBytes & ~(EIGHT - 1), count = <f64>features;
  for (let row = 0; row < rows; row++, x += rowBytes, dy += rowBytes, dx += rowBytes) {
    const end = x + rowBytes, whole = x + wholeBytes;
    const mean = centered ? sumOf(x, whole, end) / count : 0;
    const inverse = inverseOf(sumOfSquares(x, whole, end, mean), features, epsilon);
    const dyWhole = dy + wholeBytes, dyEnd = dy + rowBytes;
    const meanScaled = centered ? sumOfScaled(dy, gamma, dyWhole, dyEnd) / count : 0;
    const meanProduct = sumOfProducts(dy, gamma, x, dyWhole, dyEnd, mean, inverse) / count;
    writeRow(x, dy, gamma, dx, end, sums, betaSums, mean, inverse, meanScaled, meanProduct);
  }
}
