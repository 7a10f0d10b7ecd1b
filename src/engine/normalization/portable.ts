import type { RowGradients, Rows } from './rows';

/*
 * y = (x - mean) * inverse * gamma + beta, inverse = 1 / sqrt(mean of (x - mean)^2 + epsilon), in float64 from
 * left to right, and rounded to float32 once, at the end. Where rows are not centered, mean is 0. The gradients,
 * with u = (x - mean) * inverse and g = dy * gamma, and without the mean of g where rows are not centered:
 *
 *     dx = (g - mean of g - u * mean of (g * u)) * inverse
 *     dgamma = sum of dy * u, dbeta = sum of dy, over the rows
 *
 * kernels/ computes the same floats, therefore each sum has one order, which `sumOf` says.
 */

export function normalizeRows(rows: Rows, beta: Float32Array | undefined, y: Float32Array): void {
  const { gamma, features } = rows;
  const row = new CenteredRow(rows);
  const { deviations } = row;
  for (let from = 0; from < rows.rows * features; from += features) {
    const inverse = row.read(from);
    for (let i = 0; i < features; i++) {
      const scaled = deviations[i]! * inverse * gamma[i]!;
      y[from + i] = beta == null ? scaled : scaled + beta[i]!;
    }
  }
}

export function normalizeRowsGradient(rows: Rows, dy: Float32Array, to: RowGradients): void {
  const { gamma, features, centered } = rows;
  const { dx } = to;
  const row = new CenteredRow(rows);
  const { deviations } = row;
  const [scaled, products, dgamma, dbeta] = [1, 2, 3, 4].map(() => new Float64Array(features)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let from = 0; from < rows.rows * features; from += features) {
    const inverse = row.read(from);
    for (let i = 0; i < features; i++) {
      const unit = deviations[i]! * inverse;
      scaled[i] = dy[from + i]! * gamma[i]!;
      products[i] = scaled[i]! * unit;
      dgamma[i]! += dy[from + i]! * unit;
      dbeta[i]! += dy[from + i]!;
    }
    const meanScaled = centered ? sumOf(scaled) / features : 0;
    const meanProduct = sumOf(products) / features;
    for (let i = 0; i < features; i++) {
      const unit = deviations[i]! * inverse;
      dx[from + i] = (scaled[i]! - meanScaled - unit * meanProduct) * inverse;
    }
  }
  to.dgamma.set(dgamma);
  to.dbeta?.set(dbeta);
}

/** One row at a time. */
class CenteredRow {
  /** Of the row that was read: its deviations from its mean. */
  readonly deviations: Float64Array;
  private readonly squares: Float64Array;

  constructor(private readonly rows: Rows) {
    this.deviations = new Float64Array(rows.features);
    this.squares = new Float64Array(rows.features);
  }

  /** @returns what the deviations are multiplied by. */
  read(from: number): number {
    const { x, features, epsilon, centered } = this.rows;
    const { deviations, squares } = this;
    for (let i = 0; i < features; i++) deviations[i] = x[from + i]!;
    const mean = centered ? sumOf(deviations) / features : 0;
    for (let i = 0; i < features; i++) {
      const deviation = deviations[i]! - mean;
      deviations[i] = deviation;
      squares[i] = deviation * deviation;
    }
    const variance = sumOf(squares) / features;
    // Only a row that holds infinity or NaN has no finite one; NaN makes all of the row NaN.
    return variance < Infinity ? 1 / Math.sqrt(variance + epsilon) : NaN;
  }
}

/**
 * Lane j sums the elements j, j + 8, ...; the lanes are added in one order, and then the elements after the last
 * whole eight, one by one.
 */
function sumOf(values: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let [e, f, g, h] = [0, 0, 0, 0];
  const whole = values.length & ~7;
  for (let i = 0; i < whole; i += 8) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
    e += values[i + 4]!;
    f += values[i + 5]!;
    g += values[i + 6]!;
    h += values[i + 7]!;
  }
  let sum = a + c + (e + g) + (b + d + (f + h));
  for (let i = whole; i < values.length; i++) sum += values[i]!;
  return sum;
}
