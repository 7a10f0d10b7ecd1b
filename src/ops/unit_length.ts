import {
  cast,
  customGrad,
  div,
  greaterEqual,
  maximum,
  mul,
  sqrt,
  square,
  sub,
  sum,
  tidy,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** A shorter vector is divided by this length, so that a vector of zeros stays one. */
const SHORTEST = 1e-12;

/**
 * x / max(|x|, 1e-12), with lengths over one axis, as `normalize` of PyTorch. It has a gradient of its own, without NaN
 * where x is 0:
 *
 *     dx = (dy - y * sum(dy * y)) / |x|, and dy / 1e-12 for shorter vectors
 */
export function toUnitLength(x: Tensor, axis: number): Tensor {
  return tidy(() => {
    const length = sqrt(sum(square(x), axis, true));
    const divisor = maximum(length, SHORTEST);
    const isLong = cast(greaterEqual(length, SHORTEST), 'float32');
    return customGrad((x, save) => {
      const value = div(x as Tensor, divisor);
      (save as (tensors: Tensor[]) => void)([value, divisor, isLong]);
      const gradFunc = (dy: Tensor, [y, divisor, isLong]: Tensor[]) => {
        const along = mul(isLong!, sum(mul(dy, y!), axis, true));
        return div(sub(dy, mul(y!, along)), divisor!);
      };
      return { value, gradFunc };
    })(x);
  });
}
