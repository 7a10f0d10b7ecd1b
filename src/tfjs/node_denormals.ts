/** The smallest float32 that is not denormal. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * These values as TensorFlow's additions take them: it sets the processor to read denormal numbers as zeros. The
 * array itself, where it holds none.
 */
export function withoutDenormals(values: Float32Array): Float32Array {
  const isDenormal = (value: number) => value !== 0 && Math.abs(value) < SMALLEST_NORMAL;
  return values.some(isDenormal) ? values.map((value) => (isDenormal(value) ? 0 : value)) : values;
}
