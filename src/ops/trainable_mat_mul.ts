import {
  add,
  customGrad,
  engine,
  getBackend,
  getKernel,
  matMul,
  mul,
  registerGradient,
  registerKernel,
  transpose,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { InputQuantizer } from '../quantizers/input/input_quantizer';
import type { QuantizedKernel } from '../quantizers/kernel/kernel_quantizer';

/**
 * x . W^ + bias, made of ordinary ops with straight-through gradients; x is [rows, in].
 *
 * With int8 inputs every sum is an integer below 2^24, exact on every backend and in any order. The three
 * roundings after it happen in the same order as in the product on packed words, so the outputs are equal.
 */
export function trainableMatMul(
  x: Tensor2D,
  { ternary, scale }: QuantizedKernel,
  bias: Tensor | undefined,
  inputQuantizer: InputQuantizer,
  eps: number,
): Tensor {
  const { values, rowScale } = inputQuantizer.quantize(x, eps);
  const sums = matMulForTraining(values as Tensor2D, ternary as Tensor2D);
  const y = rescale(sums, rowScale == null ? [scale] : [rowScale, scale]);
  return bias == null ? y : add(y, bias);
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

const EXPLICIT_TRANSPOSE_MAT_MUL = 'ExplicitTransposeMatMul';

/**
 * matMul of two matrices. tfjs's own gradient multiplies transposed operands, which its wasm backend does 5
 * to 40 times slower than plain ones; on that backend this function transposes first. It is a tfjs kernel
 * with a registered gradient, not a customGrad, so that the gradient of an unused operand is never computed.
 */
export function matMulForTraining(a: Tensor2D, b: Tensor2D): Tensor {
  if (getKernel(EXPLICIT_TRANSPOSE_MAT_MUL, getBackend()) == null) return matMul(a, b);
  return engine().runKernel(EXPLICIT_TRANSPOSE_MAT_MUL, { a, b });
}

export function registerExplicitTransposeMatMul(): void {
  registerKernel({
    kernelName: EXPLICIT_TRANSPOSE_MAT_MUL,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) =>
      getKernel('BatchMatMul', 'wasm').kernelFunc({
        inputs,
        backend,
        attrs: { transposeA: false, transposeB: false },
      }),
  });
  registerGradient({
    kernelName: EXPLICIT_TRANSPOSE_MAT_MUL,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => ({
      a: () => matMul(dy as Tensor2D, transpose(b as Tensor2D)),
      b: () => matMul(transpose(a as Tensor2D), dy as Tensor2D),
    }),
  });
}
