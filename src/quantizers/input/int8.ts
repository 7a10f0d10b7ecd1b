import {
  abs,
  customGrad,
  div,
  max,
  maximum,
  mul,
  round,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** The largest magnitude of a quantized input: symmetric, so that -x quantizes to minus that of x. */
export const INT8_MAX = 127;

/** Inputs per output up to which sums of int8 times ternary stay below 2^24, exact in float32. */
export const MAX_IN_FEATURES = Math.floor((2 ** 24 - 1) / INT8_MAX);

export interface QuantizedInput {
  /** Integers in [-127, 127] as float32, shape of the input. */
  readonly values: Tensor;
  /** float32 [rows, 1]: values * rowScale approximates the input. */
  readonly rowScale: Tensor;
}

/**
 * Per-row symmetric int8 quantization of activations (BitNet b1.58, arXiv 2402.17764), straight through.
 *
 *     m = max(max|x| of the row, eps)
 *     q = round(x * (127 / m)),  x^ = q * m / 127
 *     dx = gradient at x^
 *
 * No clipping is needed: |x| <= m, and the two float32 roundings make |x * (127 / m)| exceed 127 by
 * less than 1e-4, which rounds to 127. A row with NaN or infinity gets a NaN among its q (infinity *
 * (127 / infinity)), which makes all of its sums NaN.
 */
export function quantizeInt8Rows(x: Tensor2D, eps: number): QuantizedInput {
  const absMax = maximum(max(abs(x), 1, true), eps);
  const inverse = div(INT8_MAX, absMax);
  const values = customGrad((x, save) => {
    (save as (tensors: Tensor[]) => void)([inverse]);
    return {
      value: round(mul(x as Tensor, inverse)),
      // The gradient at q is that at x^ times m / 127.
      gradFunc: (dq, [inverse]) => mul(dq as Tensor, inverse!),
    };
  })(x);
  return { values, rowScale: div(absMax, INT8_MAX) };
}
