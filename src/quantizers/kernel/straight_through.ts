import { clone, customGrad, div, type Tensor } from '@tensorflow/tfjs-core';
import type { KernelQuantizer, QuantizedKernel, QuantizeContext } from './kernel_quantizer';

/**
 * The quantized kernel with `quantizer`'s straight-through gradient attached to `ternary`.
 *
 * The gradient at `ternary` is dt = scale * g, where g is the gradient at W^ = scale * ternary. As scale >=
 * eps, g = dt / scale exists. `scale` carries no gradient: the quantizer's rule computes the gradient of a
 * learned scale from g alone.
 */
export function straightThrough(
  quantizer: KernelQuantizer,
  kernel: Tensor,
  context: QuantizeContext,
): QuantizedKernel {
  const quantized = quantizer.quantize(kernel, context);
  const attach = quantizer.gradient == null ? identityGradient : ruleGradient;
  return { ternary: attach(quantizer, kernel, quantized, context), scale: quantized.scale };
}

type Save = (tensors: Tensor[]) => void;

function identityGradient(
  _quantizer: KernelQuantizer,
  kernel: Tensor,
  { ternary, scale }: QuantizedKernel,
): Tensor {
  return customGrad((_kernel, save) => {
    (save as Save)([scale]);
    return { value: clone(ternary), gradFunc: (dt, [scale]) => div(dt, scale!) };
  })(kernel);
}

function ruleGradient(
  quantizer: KernelQuantizer,
  kernel: Tensor,
  { ternary, scale }: QuantizedKernel,
  { alpha, eps }: QuantizeContext,
): Tensor {
  const inputs = alpha == null ? [kernel] : [kernel, alpha];
  return customGrad((...inputsAndSave) => {
    const save = inputsAndSave[inputs.length] as unknown as Save;
    save([ternary, scale, ...inputs]);
    return {
      value: clone(ternary),
      gradFunc: (dt, [ternary, scale, kernel, alpha]) => {
        const g = div(dt, scale!);
        const quantized = { ternary: ternary!, scale: scale! };
        const context = alpha == null ? { eps } : { eps, alpha };
        const gradient = quantizer.gradient!(g, kernel!, quantized, context);
        return alpha == null ? gradient.kernel : [gradient.kernel, gradient.alpha!];
      },
    };
  })(...inputs);
}
