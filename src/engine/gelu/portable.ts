import { scaledPower32 } from '../exponential';

/*
 * gelu(x) = max(x, 0) - |x| tail(|x|) (arXiv 1606.08415) in float32, where tail(s) is the part of the numbers above s
 * in a normal distribution, or nearly so: a factor of s times a power e(s).
 *
 *     'erf':  erfc(s / sqrt(2)) / 2 = p(s) / q(s) * e(s),  e(s) = e^(-s^2 / 2)
 *     'tanh': e(s) / (1 + e(s)),                           e(s) = e^(-2 sqrt(2 / pi) (s + 0.044715 s^3))
 *
 * The exponent is computed in float64: rounded to float32, one of -100 would move e(s) by 4e-6. The quotient
 * of polynomials was fitted for the least relative error up to the bound: 2.5e-8. Below -bound, e(s) is 0 in float32.
 * kernels/gelu.ts computes the same floats.
 */

/** Which tail: the exact one, or that of the formula with tanh. */
export type GeluForm = 'erf' | 'tanh';

export function geluPortable(x: Float32Array, form: GeluForm, y: Float32Array): void {
  const tail = TAILS[form];
  for (let i = 0; i < x.length; i++) y[i] = valueAt(x[i]!, tail);
}

export function geluGradientPortable(
  x: Float32Array,
  dy: Float32Array,
  form: GeluForm,
  dx: Float32Array,
): void {
  const tail = TAILS[form];
  for (let i = 0; i < x.length; i++) dx[i] = dy[i]! * derivativeAt(x[i]!, tail);
}

interface Tail {
  /** The size where e(s) is 2^-159, which counts as 0. Larger sizes are treated as this one. */
  readonly bound: number;
  /** The logarithm of e(s), to base 2, in float64. */
  logarithm(size: number): number;
  /** tail(s) / e(s); `power` is 2^32 e(s). */
  factor(size: number, power: number): number;
  /** The derivative of s tail(s), divided by e(s). */
  slope(size: number, factor: number): number;
}

/** Looking up a global is slow where Jest runs tests. */
const { abs, fround } = Math;
/** 2 sqrt(2 / pi), and its products. */
const SLOPE = 1.5957691216057308;
const SLOPE_32 = fround(SLOPE);
const CUBIC_SLOPE_32 = fround(3 * 0.044715 * SLOPE);
const SLOPE_LOG = -2.302208198144325;
const CUBIC_LOG = -0.1029432395800235;
/** -log2(e) / 2. */
const SQUARE_LOG = -0.7213475204444817;
/** 1 / sqrt(2 pi). */
const DENSITY_32 = fround(0.3989422804014327);
const UNSCALE = 2 ** -32;
const [P4, P3, P2, P1] = [
  0.004116295836865902, 0.04063313826918602, 0.18323488533496857, 0.4382946193218231,
] as const;
const [Q5, Q4, Q3, Q2, Q1] = [
  0.010317903943359852, 0.10185862332582474, 0.46946996450424194, 1.2025021314620972,
  1.6744742393493652,
] as const;

const TAILS: Record<GeluForm, Tail> = {
  erf: {
    bound: fround(14.846575),
    logarithm: (size) => size * size * SQUARE_LOG,
    factor(size) {
      let p = fround(fround(size * P4) + P3);
      p = fround(fround(size * p) + P2);
      p = fround(fround(size * p) + P1);
      p = fround(fround(size * p) + 0.5);
      let q = fround(fround(size * Q5) + Q4);
      q = fround(fround(size * q) + Q3);
      q = fround(fround(size * q) + Q2);
      q = fround(fround(size * q) + Q1);
      q = fround(fround(size * q) + 1);
      return fround(p / q);
    },
    slope: (size, factor) => fround(factor - fround(size * DENSITY_32)),
  },
  tanh: {
    bound: fround(10.915148),
    logarithm: (size) => (size * size * CUBIC_LOG + SLOPE_LOG) * size,
    factor: (_, power) => fround(1 / fround(fround(power * UNSCALE) + 1)),
    slope(size, factor) {
      const square = fround(size * size);
      const inner = fround(fround(fround(square * CUBIC_SLOPE_32) + SLOPE_32) * size);
      return fround(factor - fround(fround(inner * factor) * factor));
    },
  },
};

function valueAt(x: number, { bound, logarithm, factor }: Tail): number {
  const size = abs(x > bound ? bound : x);
  const bounded = size > bound ? bound : size;
  const power = scaledPower32(logarithm(bounded));
  // The unbounded size makes -Infinity NaN, as for tfjs.
  const part = fround(fround(factor(bounded, power) * size) * power);
  return (x < 0 ? 0 : x) - fround(part * UNSCALE);
}

function derivativeAt(x: number, { bound, logarithm, factor, slope }: Tail): number {
  const size = abs(x) > bound ? bound : abs(x);
  const power = scaledPower32(logarithm(size));
  const below = fround(fround(slope(size, factor(size, power)) * power) * UNSCALE);
  return x < 0 ? below : fround(1 - below);
}
