import { scaledPower32 } from '../exponential';

/*
 * gelu(x) = max(x, 0) - |x| tail(|x|) (arXiv 1606.08415) in float32, where tail(s) is the part of the numbers above s
 * in a normal distribution, or nearly so:
 *
 *     'erf':  erfc(s / sqrt(2)) / 2 = p(s) / q(s) * e(s),  e(s) = e^(-s^2 / 2)
 *     'tanh': e(s) / (1 + e(s)),                           e(s) = e^(-2 sqrt(2 / pi) (s + 0.044715 s^3))
 *
 * The exponent is computed in float64: rounded to float32, one near -100 would move e(s) by 4e-6. e(s) is scaled by
 * 2^32, so that only the last rounding can give a subnormal number. The quotient was fitted for the least relative
 * error where results are normal numbers: 3.8e-7. The largest relative error of gelu, found over all float32 with
 * 2^-30 < |x| < 16, is 8.5e-7 ('erf') and 3.3e-7 ('tanh'), and its derivative is within 2.8e-7.
 * kernels/gelu.ts computes the same floats.
 */

/** Which tail: the exact one, or that of the formula with tanh. */
export type GeluForm = 'erf' | 'tanh';

export function geluPortable(x: Float32Array, form: GeluForm, y: Float32Array): void {
  const valueAt = VALUES[form];
  for (let i = 0; i < x.length; i++) y[i] = valueAt(x[i]!);
}

export function geluGradientPortable(
  x: Float32Array,
  dy: Float32Array,
  form: GeluForm,
  dx: Float32Array,
): void {
  const derivativeAt = DERIVATIVES[form];
  for (let i = 0; i < x.length; i++) dx[i] = dy[i]! * derivativeAt(x[i]!);
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
const [P3, P2, P1] = [0.01670173928141594, 0.11813613772392273, 0.3596060872077942] as const;
const [Q4, Q3, Q2, Q1] = [
  0.04187065362930298, 0.29590317606925964, 0.9468468427658081, 1.5170847177505493,
] as const;

function quotient(size: number): number {
  let p = fround(fround(size * P3) + P2);
  p = fround(fround(size * p) + P1);
  p = fround(fround(size * p) + 0.5);
  let q = fround(fround(size * Q4) + Q3);
  q = fround(fround(size * q) + Q2);
  q = fround(fround(size * q) + Q1);
  q = fround(fround(size * q) + 1);
  return fround(p / q);
}

function divisor(power: number): number {
  return fround(fround(power * UNSCALE) + 1);
}

/** The size where e(s) is 2^-159, which counts as 0. Larger sizes are treated as this one. */
const ERF_BOUND = fround(14.846575);
const TANH_BOUND = fround(10.915148);

function erfPower(size: number): number {
  return scaledPower32(size * size * SQUARE_LOG);
}

function tanhPower(size: number): number {
  return scaledPower32((size * size * CUBIC_LOG + SLOPE_LOG) * size);
}

/** -Infinity is not bounded, and so makes NaN, as for tfjs. */
function sizeOf(x: number, bound: number): number {
  return abs(x > bound ? bound : x);
}

/** NaN stays NaN. */
function atMost(size: number, bound: number): number {
  return size > bound ? bound : size;
}

function value(x: number, scaledPart: number): number {
  return (x < 0 ? 0 : x) - fround(scaledPart * UNSCALE);
}

function derivative(x: number, slope: number, power: number): number {
  const below = fround(fround(slope * power) * UNSCALE);
  return x < 0 ? below : fround(1 - below);
}

const VALUES: Record<GeluForm, (x: number) => number> = {
  erf(x) {
    const size = sizeOf(x, ERF_BOUND);
    const bounded = atMost(size, ERF_BOUND);
    return value(x, fround(fround(quotient(bounded) * size) * erfPower(bounded)));
  },
  tanh(x) {
    const size = sizeOf(x, TANH_BOUND);
    const power = tanhPower(atMost(size, TANH_BOUND));
    return value(x, fround(fround(size * power) / divisor(power)));
  },
};

const DERIVATIVES: Record<GeluForm, (x: number) => number> = {
  erf(x) {
    const size = atMost(abs(x), ERF_BOUND);
    const slope = fround(quotient(size) - fround(size * DENSITY_32));
    return derivative(x, slope, erfPower(size));
  },
  tanh(x) {
    const size = atMost(abs(x), TANH_BOUND);
    const power = tanhPower(size);
    const factor = fround(1 / divisor(power));
    const inner = fround(fround(fround(fround(size * size) * CUBIC_SLOPE_32) + SLOPE_32) * size);
    return derivative(x, fround(factor - fround(fround(inner * factor) * factor)), power);
  },
};
