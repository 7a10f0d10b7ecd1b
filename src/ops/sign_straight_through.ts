import {
  abs,
  cast,
  customGrad,
  isNaN,
  lessEqual,
  mul,
  sign,
  where,
  type Tensor,
} from '@tensorflow/tfjs-core';

/**
 * -1, 0 or +1 for each entry of x, and NaN for NaN. The gradient passes where |x| <= 1, and is 0 elsewhere.
 */
export function signStraightThrough(x: Tensor): Tensor {
  return customGrad((x, save) => {
    (save as (tensors: Tensor[]) => void)([x as Tensor]);
    return {
      value: where(isNaN(x as Tensor), x as Tensor, sign(x as Tensor)),
      gradFunc: (dy, [x]) => mul(dy, cast(lessEqual(abs(x!), 1), 'float32')),
    };
  })(x);
}
