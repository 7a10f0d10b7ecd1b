import { add, mul, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { InputQuantizer } from '../quantizers/input/input_quantizer';
import type { QuantizedKernel } from '../quantizers/kernel/kernel_quantizer';
import { matMulForTraining } from './mat_mul_for_training';
import { rescale, type Multiply } from './trainable_product';

export interface BlendOptions {
  /** The share of the quantized values, in [0, 1]. */
  readonly blend: number;
  /** The quantized kernel. It is not computed at blend 0. */
  readonly quantized: () => QuantizedKernel;
  readonly inputQuantizer: InputQuantizer;
  readonly eps: number;
}

/**
 * The product of progressive quantization (TeTRA-VPR, arXiv 2503.02511), with l the blend; x is
 * [rows, in].
 *
 *     y = (x + l (x^ - x)) . (W + l (W^ - W)) + bias
 *
 * Each quantizer's own gradient passes through its share l, the rest passes straight through. At l = 0 this
 * is a Dense layer, and nothing is quantized. The sums are sums of floats, so that at l = 1 it would equal
 * `trainableProduct` only up to rounding; therefore `trainableProduct` is used there.
 */
export function blendedProduct(
  x: Tensor2D,
  kernel: Tensor2D,
  bias: Tensor | undefined,
  { blend, quantized, inputQuantizer, eps }: BlendOptions,
  multiply: Multiply = matMulForTraining,
): Tensor {
  const mix = (float: Tensor, quantize: () => Tensor) => {
    const quantized = blend === 0 ? float : quantize();
    return quantized === float ? float : add(mul(float, 1 - blend), mul(quantized, blend));
  };
  const input = mix(x, () => dequantizedInput(x, inputQuantizer, eps));
  const weights = mix(kernel, () => dequantizedKernel(quantized()));
  const y = multiply(input as Tensor2D, weights as Tensor2D);
  return bias == null ? y : add(y, bias);
}

/** The input itself if the rule leaves it unchanged. */
function dequantizedInput(x: Tensor2D, inputQuantizer: InputQuantizer, eps: number): Tensor {
  const { values, rowScale } = inputQuantizer.quantize(x, eps);
  return rowScale == null ? values : rescale(values, [rowScale]);
}

function dequantizedKernel({ ternary, scale }: QuantizedKernel): Tensor {
  return rescale(ternary, [scale]);
}
