type Values = ArrayLike<number>;

/**
 * What is wrong with `actual`, or undefined. Each may differ by `tolerance` times the largest finite
 * magnitude of `expected`; NaN and infinities must be the same. +0 equals -0.
 */
export function mismatch(actual: Values, expected: Values, tolerance: number): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} values, not ${expected.length}`;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]));
  }
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i], expected[i]];
    if (Object.is(a, b) || a === b) continue;
    if (Math.abs(a - b) <= tolerance * largest) continue;
    return `index ${i} of ${expected.length}: got ${a}, expected ${b}`;
  }
  return undefined;
}
