import {
  engine,
  getBackend,
  getKernel,
  matMul,
  registerGradient,
  registerKernel,
  transpose,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

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
