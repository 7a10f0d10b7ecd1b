import { div, max, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { columnSums } from '../../ops/column_sums';

/*
 * Reductions of a kernel [in, out] to one number [1], or to one per output [out]. Their order of additions is that
 * of `columnSums`: a kernel has the same scale on every backend, to the last digit, and large kernels lose none.
 */

export function meanOf(kernel: Tensor, perOutput: boolean): Tensor {
  const count = perOutput ? kernel.shape[0]! : kernel.size;
  return div(sumOf(kernel, perOutput), count);
}

export function sumOf(kernel: Tensor, perOutput: boolean): Tensor {
  const sums = columnSums(kernel);
  return perOutput ? sums : columnSums(reshape(sums, [-1, 1]));
}

export function maxOf(kernel: Tensor): Tensor {
  return max(kernel, 0);
}
