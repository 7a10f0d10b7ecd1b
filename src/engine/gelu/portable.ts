import { exponential } from '../exponential';

/*
 * gelu(x) = x * share(x), in float64 and rounded to float32 once (arXiv 1606.08415). share(x) is the part of
 * numbers below x in a normal distribution, or nearly so, 1 - tail(|x|) for x of at least 0 and tail(|x|) below:
 *
 *     'erf':  tail(x) = erfc(x / sqrt(2)) / 2, erfc by a polynomial in t = 1 / (1 + z / 2), within 1.2e-7 relative:
 *             erfc(z) = t * e^(-z^2 + a0 + t * (a1 + t * (...))), Numerical Recipes in C, section 6.2
 *     'tanh': tail(x) = e / (1 + e), e = e^(-2 sqrt(2 / pi) (x + 0.044715 x^3))
 *
 * kernels/gelu.ts computes the same floats.
 */

/** Which share: the exact one, or that of the formula with tanh. */
export type GeluForm = 'erf' | 'tanh';

export function geluPortable(x: Float32Array, form: GeluForm, y: Float32Array): void {
  const tail = TAILS[form];
  for (let i = 0; i < x.length; i++) y[i] = x[i]! * share(x[i]!, tail(Math.abs(x[i]!)));
}

export function geluGradientPortable(
  x: Float32Array,
  dy: Float32Array,
  form: GeluForm,
  dx: Float32Array,
): void {
  for (let i = 0; i < x.length; i++) dx[i] = dy[i]! * derivative(x[i]!, form);
}

const TAILS: Record<GeluForm, (size: number) => number> = {
  erf(size) {
    const z = size * ROOT_HALF;
    const t = 1 / (z * 0.5 + 1);
    let p = t * 0.17087277 - 0.82215223;
    p = t * p + 1.48851587;
    p = t * p - 1.13520398;
    p = t * p + 0.27886807;
    p = t * p - 0.18628806;
    p = t * p + 0.09678418;
    p = t * p + 0.37409196;
    p = t * p + 1.00002368;
    p = t * p - 1.26551223;
    return t * 0.5 * exponential(p - z * z);
  },
  tanh(size) {
    const e = exponential((size + size * size * (size * CUBIC)) * -SLOPE);
    return e / (e + 1);
  },
};

const ROOT_HALF = 0.7071067811865476;
/** 1 / sqrt(2 pi). */
const DENSITY = 0.3989422804014327;
/** 2 sqrt(2 / pi). */
const SLOPE = 1.5957691216057308;
const CUBIC = 0.044715;

function share(x: number, tail: number): number {
  return x < 0 ? tail : 1 - tail;
}

function derivative(x: number, form: GeluForm): number {
  const tail = TAILS[form](Math.abs(x));
  const square = x * x;
  const density =
    form === 'tanh'
      ? tail * (1 - tail) * ((square * (3 * CUBIC) + 1) * SLOPE)
      : exponential(square * -0.5) * DENSITY;
  return share(x, tail) + x * density;
}
