import { max, mean, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/*
 * Reductions of a kernel [in, out] to one number [1], or to one per output [out].
 * The full reductions go axis by axis: tfjs's wasm backend adds naively in float32, and one sum over
 * 4096 x 4096 values is 2.3 % off; two short sums keep the error near 1e-7.
 */

export function meanOf(kernel: Tensor, perOutput: boolean): Tensor {
  return perOutput ? mean(kernel, 0) : reshape(mean(mean(kernel, 1)), [1]);
}

export function sumOf(kernel: Tensor, perOutput: boolean): Tensor {
  return perOutput ? sum(kernel, 0) : reshape(sum(sum(kernel, 1)), [1]);
}

export function maxOf(kernel: Tensor): Tensor {
  return max(kernel, 0);
}
