import { add, customGrad, mul, reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { InputQuantizer } from '../quantizers/input/input_quantizer';
import type { QuantizedKernel } from '../quantizers/kernel/kernel_quantizer';
import { matMulForTraining } from './mat_mul_for_training';

/**
 * The sums of a product, which is linear in both: a matrix product, or a convolution of images that are rows of x.
 * The kernel is a matrix [in, units]; the sums are [rows, ..., units].
 */
export type Multiply = (x: Tensor2D, kernel: Tensor2D) => Tensor;

/**
 * x . W^ + bias, made of ordinary ops with straight-through gradients; x is [rows, in], and each row has one scale.
 *
 * With int8 inputs every sum is an integer below 2^24, exact on every backend and in any order. The three
 * roundings after it happen in the same order as in the product on packed words, so the outputs are equal.
 */
export function trainableProduct(
  x: Tensor2D,
  { ternary, scale }: QuantizedKernel,
  bias: Tensor | undefined,
  inputQuantizer: InputQuantizer,
  eps: number,
  multiply: Multiply = matMulForTraining,
): Tensor {
  const { values, rowScale } = inputQuantizer.quantize(x, eps);
  const sums = multiply(values as Tensor2D, ternary as Tensor2D);
  const y = rescale(sums, rowScale == null ? [scale] : [alongRows(rowScale, sums), scale]);
  return bias == null ? y : add(y, bias);
}

/** The scales [rows, 1] in a shape that meets sums [rows, ..., units] row by row. */
function alongRows(rowScale: Tensor, sums: Tensor): Tensor {
  if (sums.rank === 2) return rowScale;
  return reshape(rowScale, [rowScale.shape[0]!, ...sums.shape.slice(1).map(() => 1)]);
}

/** Multiplies the sums by each scale in turn. Only the sums carry a gradient; tfjs has no stopGradient. */
export function rescale(sums: Tensor, scales: Tensor[]): Tensor {
  const multiply = (value: Tensor, factors: Tensor[]) =>
    factors.reduce((product, factor) => mul(product, factor), value);
  return customGrad((sums, save) => {
    (save as (tensors: Tensor[]) => void)(scales);
    return {
      value: multiply(sums as Tensor, scales),
      gradFunc: (dy, saved) => multiply(dy, saved),
    };
  })(sums);
}
