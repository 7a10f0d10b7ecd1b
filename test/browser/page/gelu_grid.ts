import * as tf from '@tensorflow/tfjs';
import { gelu } from 'tfjs-bitcore';
import { GELU_GRID, GELU_GRID_DY } from '../../support/gelu_grid';
import { hashOf } from '../../support/normalization_grid';

/** The hashes of the outputs and of the gradient in both forms, on the current backend. */
export function geluHashes(): Record<string, number> {
  const hashes: Record<string, number> = {};
  for (const form of ['erf', 'tanh'] as const) {
    tf.tidy(() => {
      const [x, dy] = [tf.tensor(GELU_GRID), tf.tensor(GELU_GRID_DY)];
      hashes[form] = hashOf(gelu(x, form).dataSync<'float32'>());
      const dx = tf.grad((x) => gelu(x, form))(x, dy);
      hashes[`gradient of ${form}`] = hashOf(dx.dataSync<'float32'>());
    });
  }
  return hashes;
}
