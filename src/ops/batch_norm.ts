import {
  batchNorm as composedBatchNorm,
  engine,
  getBackend,
  getGradient,
  getKernel,
  registerGradient,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';

/** The tfjs kernel, whose inputs and attributes are those of tfjs's FusedBatchNorm; x is [1, 1, rows, channels]. */
export const BATCH_NORM = 'BatchNorm';

/** The attributes of the tfjs kernel. */
export interface BatchNormAttrs {
  readonly varianceEpsilon: number;
}

/** All are float32 [channels]. */
export interface BatchNormWeights {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
  readonly gamma: Tensor1D;
  readonly beta: Tensor1D;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * gamma + beta for each channel of the last axis. tfjs's own kernels take part on
 * GPUs, and on the backend tensorflow, where they are fast.
 * @param x float32 [..., channels].
 */
export function batchNorm(
  x: Tensor,
  { mean, variance, gamma, beta }: BatchNormWeights,
  epsilon: number,
): Tensor {
  const rows = reshape(x, [1, 1, x.size / mean.size, mean.size]) as Tensor4D;
  if (getKernel(BATCH_NORM, getBackend()) == null) {
    const y = composedBatchNorm(rows, mean, variance, beta, gamma, epsilon);
    return reshape(y, x.shape);
  }
  const attrs = { varianceEpsilon: epsilon } satisfies BatchNormAttrs;
  const inputs = { x: rows, mean, variance, scale: gamma, offset: beta };
  return reshape(engine().runKernel<Tensor>(BATCH_NORM, inputs, attrs), x.shape);
}

/** That of the kernel of tfjs. */
export function registerBatchNormGradient(): void {
  registerGradient({ ...getGradient('FusedBatchNorm')!, kernelName: BATCH_NORM });
}
