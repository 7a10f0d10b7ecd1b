/*
 * e^x for x of at most 0, in float64, within 1e-8 relative; 0 below -708. Math.exp differs between JavaScript
 * engines, and WebAssembly has none. With the whole number n next to x / ln 2 and r = x - n ln 2,
 *
 *     e^x = 2^n (1 + r + r^2 / 2! + ... + r^7 / 7!)
 *
 * by Horner's rule, from the highest power down. kernels/exponential.ts computes the same floats.
 */

/** Added and subtracted again, it rounds to a whole number, half to even: 1.5 * 2^52. */
const TO_INTEGER = 6755399441055744;
const LOG2E = 1.4426950408889634;
/** ln 2 in two parts, of which n times the first is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LOWEST = -708;

/** 1, 1/2, 1/4, ...: Math.pow is not exact in every engine. */
const HALVES = new Float64Array(1023);
for (let i = 0, half = 1; i < HALVES.length; i++, half /= 2) HALVES[i] = half;

export function exponential(x: number): number {
  if (x < LOWEST) return 0;
  const n = x * LOG2E + TO_INTEGER - TO_INTEGER;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let p = r * (1 / 5040) + 1 / 720;
  p = r * p + 1 / 120;
  p = r * p + 1 / 24;
  p = r * p + 1 / 6;
  p = r * p + 0.5;
  p = r * p + 1;
  p = r * p + 1;
  return p * (HALVES[-n] ?? NaN);
}
