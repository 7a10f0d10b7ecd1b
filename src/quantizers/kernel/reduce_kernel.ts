import { div, max, type Tensor } from '@tensorflow/tfjs-core';
import { columnSums, totalSum } from './column_sums';

/*
 * Reductions of a kernel [in, out] to one number [1], or to one per output [out]. Their order of additions is that
 * of `columnSums`: to the last digit, a kernel has one scale on cpu, wasm and tensorflow. A naive sum, as tfjs's wasm
 * backend makes it, is 2 % off for 4096 x 4096 values.
 */

export function meanOf(kernel: Tensor, perOutput: boolean): Tensor {
  const count = perOutput ? kernel.shape[0]! : kernel.size;
  return div(sumOf(kernel, perOutput), count);
}

export function sumOf(kernel: Tensor, perOutput: boolean): Tensor {
  return perOutput ? columnSums(kernel) : totalSum(kernel);
}

export function maxOf(kernel: Tensor): Tensor {
  return max(kernel, 0);
}
