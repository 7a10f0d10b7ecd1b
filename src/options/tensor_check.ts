import { Tensor } from '@tensorflow/tfjs-core';
import type { Check } from './check';

export const TENSOR: Check = {
  expected: 'a tensor',
  holds: (value) => value instanceof Tensor,
};
