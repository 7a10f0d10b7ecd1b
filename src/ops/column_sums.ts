import { engine, getBackend, getKernel, sum, type Tensor } from '@tensorflow/tfjs-core';

/** The tfjs kernel: x [rows, columns] gives [columns]. */
export const COLUMN_SUMS = 'ColumnSums';

/**
 * The sum of each column: the same floats on every backend that has the kernel. GPUs, and backends that this package
 * does not know, add in an order of their own.
 * @param x float32 [rows, columns].
 */
export function columnSums(x: Tensor): Tensor {
  if (getKernel(COLUMN_SUMS, getBackend()) == null) return sum(x, 0);
  return engine().runKernel(COLUMN_SUMS, { x });
}
