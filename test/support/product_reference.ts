/*
 * The packed product by the definition, in plain integers: nothing here is shared with src.
 */

// Looking up a global is slow where Jest runs tests.
const { abs, floor, fround, max, min } = Math;
const { isFinite } = Number;

export interface Product {
  /** [rows, inFeatures]. */
  readonly x: Float32Array;
  /** Ternary values [inFeatures, units]. */
  readonly ternary: Float32Array;
  /** [1] or [units]. */
  readonly scale: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly rows: number;
  readonly inFeatures: number;
  readonly units: number;
  readonly eps: number;
  readonly activation?: 'linear' | 'relu' | 'relu6';
  /** It changes no output. */
  readonly skipZeroBlocks?: boolean;
}

/** Half to even. */
function roundHalfToEven(value: number): number {
  const below = floor(value);
  const fraction = value - below;
  if (fraction !== 0.5) return fraction < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** The integers of one row and its scale, each float operation rounded to float32. */
export function quantizedRow(
  row: Float32Array,
  eps: number,
): { q: Float64Array; rowScale: number } {
  const q = new Float64Array(row.length).fill(NaN);
  let largest = fround(eps);
  for (const value of row) {
    if (!isFinite(value)) return { q, rowScale: NaN };
    largest = max(largest, abs(value));
  }
  const inverse = fround(127 / largest);
  for (let k = 0; k < q.length; k++) q[k] = roundHalfToEven(fround(row[k] * inverse));
  return { q, rowScale: fround(largest / 127) };
}

/** y for int8 inputs, exactly. */
export function referenceProduct(product: Product): Float32Array {
  const { x, ternary, rows, inFeatures, units, eps } = product;
  const y = new Float32Array(rows * units);
  for (let row = 0; row < rows; row++) {
    const { q, rowScale } = quantizedRow(x.subarray(row * inFeatures, (row + 1) * inFeatures), eps);
    for (let n = 0; n < units; n++) {
      let sum = 0;
      for (let k = 0; k < inFeatures; k++) sum += q[k] * ternary[k * units + n];
      y[row * units + n] = rescaled(product, n, fround(sum * rowScale));
    }
  }
  return y;
}

/** y for float inputs, summed in double precision. */
export function referenceFloatProduct(product: Product): Float32Array {
  const { x, ternary, rows, inFeatures, units } = product;
  const y = new Float32Array(rows * units);
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < units; n++) {
      let sum = 0;
      for (let k = 0; k < inFeatures; k++) {
        sum += x[row * inFeatures + k] * ternary[k * units + n];
      }
      y[row * units + n] = rescaled(product, n, sum);
    }
  }
  return y;
}

/** From a sum times the scale of its row to the output n. */
export function rescaled(
  { scale, bias, activation }: Pick<Product, 'scale' | 'bias' | 'activation'>,
  n: number,
  value: number,
): number {
  const scaled = fround(value * scale[scale.length === 1 ? 0 : n]);
  const y = bias == null ? scaled : fround(scaled + bias[n]);
  if (activation == null || activation === 'linear') return y;
  return min(max(0, y), activation === 'relu6' ? 6 : Infinity);
}
