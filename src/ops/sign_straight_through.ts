import { abs, cast, customGrad, lessEqual, mul, sign, type Tensor } from '@tensorflow/tfjs-core';

/** The sign: -1, 0 or 1. Its gradient is that of the output where |x| <= 1, and 0 elsewhere (arXiv 1602.02830). */
export function signStraightThrough(x: Tensor): Tensor {
  return customGrad((x, save) => {
    (save as (tensors: Tensor[]) => void)([x as Tensor]);
    return {
      value: sign(x as Tensor),
      gradFunc: (dy, [x]) => mul(dy, cast(lessEqual(abs(x!), 1), 'float32')),
    };
  })(x);
}
