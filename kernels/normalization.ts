/**
 * The module of normalizations. src/engine/normalization/portable.ts computes the same floats and explains the formula.
 */
import { EIGHT, inverseOf, pair, storePair, sumOf, sumOfSquares } from './normalization_sums';

export { normalizeGradient } from './normalization_gradient';
export { normalizeChannels } from './normalize_channels';

/** beta may be 0, for none: adding -0 changes nothing. */
function writeRow(x: usize, end: usize, mean: f64, inverse: f64, gamma: usize, beta: usize, y: usize): void {
  const means = f64x2.splat(mean), inverses = f64x2.splat(inverse), none = f64x2.splat(-0.0);
  const pairs = x + ((end - x) & ~7);
  for (; x < pairs; x += 8, gamma += 8, y += 8) {
    const scaled = f64x2.mul(f64x2.mul(f64x2.sub(pair(x), means), inverses), pair(gamma));
    storePair(y, f64x2.add(scaled, beta ? pair(beta) : none));
    if (beta) beta += 8;
  }
  if (x < end) {
    const scaled = (<f64>load<f32>(x) - mean) * inverse * <f64>load<f32>(gamma);
    store<f32>(y, <f32>(scaled + (beta ? <f64>load<f32>(beta) : -0.0)));
  }
}

/** Normalizes rows. beta is 0 where nothing is added, `centered` is 0 where the mean is not subtracted. */
export function normalize(
  x: usize, gamma: usize, beta: usize, y: usize, rows: i32, features: i32, epsilon: f64, centered: i32,
): void {
  const rowBytes = <usize>features << 2;
  for (let row = 0; row < rows; row++, x += rowBytes, y += rowBytes) {
    const end = x + rowBytes, whole = x + (rowBytes & ~(EIGHT - 1));
    const mean = centered ? sumOf(x, whole, end) / <f64>features : 0;
    const inverse = inverseOf(sumOfSquares(x, whole, end, mean), features, epsilon);
    writeRow(x, end, mean, inverse, gamma, beta, y);
  }
}
