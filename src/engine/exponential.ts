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

/** 1, 1/2, 1/4, ...: Math.pow is not exact in every engine. Where n is 0, -n would be -0, which is a slow index. */
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
  return p * (HALVES[0 - n] ?? NaN);
}

/*
 * The same in float32, within 1e-7 relative, 0 below -87: e^x = 2^n ((p(r) r^2 + r) + 1), with the polynomial of expf in
 * the library Cephes. Looking up a global is slow where Jest runs tests.
 */
const { fround } = Math;
const TO_INTEGER_32 = 12582912;
const LOG2E_32 = fround(LOG2E);
const LN2_HIGH_32 = 0.693359375;
const LN2_LOW_32 = fround(-0.00021219444);
const LOWEST_32 = -87;
const [P5, P4, P3, P2, P1, P0] = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
  5.0000001201e-1,
].map(fround) as [number, number, number, number, number, number];

/** e^x for a float32 of at most 0. */
export function exponential32(x: number): number {
  if (x < LOWEST_32) return 0;
  const n = fround(fround(fround(x * LOG2E_32) + TO_INTEGER_32) - TO_INTEGER_32);
  const r = fround(fround(x - fround(n * LN2_HIGH_32)) - fround(n * LN2_LOW_32));
  let p = fround(fround(r * P5) + P4);
  p = fround(fround(r * p) + P3);
  p = fround(fround(r * p) + P2);
  p = fround(fround(r * p) + P1);
  p = fround(fround(r * p) + P0);
  p = fround(fround(fround(p * fround(r * r)) + r) + 1);
  return fround(p * (HALVES[0 - n] ?? NaN));
}

/*
 * 2^x from float64 to float32, times 2^32, with which powers down to 2^-158 are normal numbers; below that 0. With the
 * whole number n next to x, it is 2^(n + 32) p(x - n), with a polynomial of degree 5 for 2^r that was fitted for the
 * least relative error: 1.1e-7, and 2e-7 with all roundings.
 */
const [Q5, Q4, Q3, Q2, Q1] = [
  0.001326472731307149, 0.009671512991189957, 0.05550733581185341, 0.24022242426872253,
  0.6931470036506653,
] as const;
const NO_POWER = -159;
const SCALE = 2 ** 32;

/** 2^(x + 32), in float32, for a float64 from -159 to 0. */
export function scaledPower32(x: number): number {
  const n = x + TO_INTEGER - TO_INTEGER;
  if (n === NO_POWER) return 0;
  const r = fround(x - n);
  let p = fround(fround(r * Q5) + Q4);
  p = fround(fround(r * p) + Q3);
  p = fround(fround(r * p) + Q2);
  p = fround(fround(r * p) + Q1);
  p = fround(fround(r * p) + 1);
  return fround(p * ((HALVES[0 - n] ?? NaN) * SCALE));
}
