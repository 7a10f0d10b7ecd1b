import { mul, step, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../engine/ternary_product';

/** The gradient of what the outputs y of a product were before its activation. */
export function beforeActivation(dy: Tensor, y: Tensor, activation: Activation): Tensor {
  if (activation === 'linear') return dy;
  const passed = mul(dy, step(y));
  return activation === 'relu6' ? mul(passed, step(sub(6, y))) : passed;
}
