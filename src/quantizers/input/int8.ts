import { abs, customGrad, div, max, maximum, mul, round, type Tensor } from '@tensorflow/tfjs-core';
import type { InputQuantizer } from './input_quantizer';

/** The largest magnitude of a quantized input. The range is symmetric, so that -x quantizes to minus that of x. */
const INT8_MAX = 127;

/**
 * Symmetric int8 quantization of activations, row by row (BitNet b1.58, arXiv 2402.17764), straight through.
 *
 *     m = max(max|x| of the row, eps)
 *     q = round(x * (127 / m)),  x^ = q * m / 127
 *     dx = gradient at x^
 *
 * No clipping is needed: |x| <= m, and the two float32 roundings make |x * (127 / m)| exceed 127 by
 * less than 1e-4, which rounds to 127. A row with NaN or infinity gets a NaN among its q (infinity *
 * (127 / infinity)), which makes all of its sums NaN.
 *
 * A sum of int8 times ternary stays below 2^24, and thus exact in float32, up to `maxInFeatures` inputs.
 */
export const int8 = {
  name: 'int8',
  isExact: true,
  maxInFeatures: Math.floor((2 ** 24 - 1) / INT8_MAX),
  quantize(x, eps) {
    const absMax = maximum(max(abs(x), 1, true), eps);
    const inverse = div(INT8_MAX, absMax);
    const values = customGrad((x, save) => {
      (save as (tensors: Tensor[]) => void)([inverse]);
      return {
        value: round(mul(x as Tensor, inverse)),
        // The gradient at q is the gradient at x^ times m / 127.
        gradFunc: (dq, [inverse]) => mul(dq, inverse!),
      };
    })(x);
    return { values, rowScale: div(absMax, INT8_MAX) };
  },
} satisfies InputQuantizer;
