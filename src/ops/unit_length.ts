import { div, maximum, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';

/** The square of 1e-12. */
const SMALLEST_SQUARE = 1e-24;

/** x / max(|x|, 1e-12), with the lengths over the last axis: a row of zeros stays a row of zeros. */
export function unitLength(x: Tensor): Tensor {
  return div(x, sqrt(maximum(sum(square(x), -1, true), SMALLEST_SQUARE)));
}
