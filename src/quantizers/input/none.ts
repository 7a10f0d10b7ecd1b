import type { InputQuantizer } from './input_quantizer';

/**
 * Leaves the input as it is: x^ = x, dx = gradient at x. The sums are sums of floats, so that outputs before
 * and after deployment agree up to rounding, not bit for bit.
 */
export const none: InputQuantizer = {
  name: 'none',
  isExact: false,
  maxInFeatures: Infinity,
  quantize: (x) => ({ values: x, rowScale: undefined }),
};
