import * as tf from '@tensorflow/tfjs';
import { EPSILON, hashOf, normalizationCases } from '../../support/normalization_grid';

export type NormalizationHashes = Record<'LayerNorm' | 'RMSNorm', number | undefined>;

/** The hashes of all outputs of both tfjs kernels on the current backend. */
export function normalizationHashes(): NormalizationHashes {
  const hashes: NormalizationHashes = { LayerNorm: undefined, RMSNorm: undefined };
  for (const { rows, features, ...values } of normalizationCases()) {
    tf.tidy(() => {
      const x = tf.tensor2d(values.x, [rows, features]);
      const [gamma, beta] = [tf.tensor1d(values.gamma), tf.tensor1d(values.beta)];
      const hashed = (kernel: keyof NormalizationHashes, inputs: tf.NamedTensorMap) => {
        const y: tf.Tensor = tf.engine().runKernel(kernel, inputs, { epsilon: EPSILON });
        hashes[kernel] = hashOf(y.dataSync<'float32'>(), hashes[kernel]);
      };
      hashed('LayerNorm', { x, gamma, beta });
      hashed('RMSNorm', { x, gamma });
    });
  }
  return hashes;
}
