/** Adding and subtracting 1.5 * 2^52 rounds a double below 2^51 to the nearest integer, half to even. */
const ROUND_HALF_TO_EVEN = 1.5 * 2 ** 52;

/**
 * Quantizes one row of x to integers in [-127, 127], each step rounded to float32 as on the backends.
 * @returns the row's scale m / 127, or NaN if the row holds NaN or infinity.
 */
export function quantizeRow(
  x: Float32Array,
  offset: number,
  quantized: Int32Array,
  count: number,
  eps: number,
): number {
  let absMax = Math.fround(eps);
  let finite = 0;
  for (let k = 0; k < count; k++) {
    const magnitude = Math.abs(x[offset + k]!);
    if (magnitude > absMax) absMax = magnitude;
    finite += magnitude * 0; // stays 0 unless the value is NaN or infinite
  }
  if (finite !== 0) return NaN;
  const inverse = Math.fround(127 / absMax);
  for (let k = 0; k < count; k++) {
    const scaled = Math.fround(x[offset + k]! * inverse);
    quantized[k] = scaled + ROUND_HALF_TO_EVEN - ROUND_HALF_TO_EVEN;
  }
  return Math.fround(absMax / 127);
}
