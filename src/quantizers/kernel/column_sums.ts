import {
  broadcastTo,
  engine,
  getBackend,
  getKernel,
  registerGradient,
  reshape,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** The tfjs kernel: x [rows, columns] gives [columns]. */
export const COLUMN_SUMS = 'ColumnSums';

/*
 * Sums of x, float32 [rows, columns]: the same floats on every backend that has the kernel. GPUs, and backends that
 * this package does not know, add in an order of their own.
 */

/** The sum of each column: [columns]. */
export function columnSums(x: Tensor): Tensor {
  return hasKernel() ? engine().runKernel(COLUMN_SUMS, { x }) : sum(x, 0);
}

/** The sum of all values: [1]. */
export function totalSum(x: Tensor): Tensor {
  // GPUs add along the last axis fastest; two short sums are more exact than a long one where it is naive.
  if (!hasKernel()) return reshape(sum(sum(x, 1)), [1]);
  return columnSums(reshape(columnSums(x), [-1, 1]));
}

function hasKernel(): boolean {
  return getKernel(COLUMN_SUMS, getBackend()) != null;
}

/** Of use to layers that let a gradient flow through a scale. */
export function registerColumnSumsGradient(): void {
  registerGradient({
    kernelName: COLUMN_SUMS,
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({ x: () => broadcastTo(dy as Tensor, x!.shape) }),
  });
}
