import * as tf from '@tensorflow/tfjs';
import { layerNormalization } from 'tfjs-bitcore';

type LinearArgs = Parameters<typeof tf.layers.dense>[0];
export type MakeLinear = (args: LinearArgs) => tf.layers.Layer;

/**
 * Two hidden layers of 256, made by `linear`, each followed by a normalization and a ReLU, and a float
 * head with softmax. The initial weights follow from the seed. A net that shows TensorFlow.js alone takes its
 * normalization, `tf.layers.layerNormalization`.
 */
export function buildNet(
  linear: MakeLinear,
  seed: number,
  normalization: () => tf.layers.Layer = layerNormalization,
): tf.Sequential {
  const initial = (layer: number) => ({
    kernelInitializer: tf.initializers.glorotNormal({ seed: 3 * seed + layer }),
  });
  return tf.sequential({
    layers: [
      linear({ units: 256, useBias: false, inputShape: [784], ...initial(0) }),
      normalization(),
      tf.layers.reLU(),
      linear({ units: 256, useBias: false, ...initial(1) }),
      normalization(),
      tf.layers.reLU(),
      tf.layers.dense({ units: 10, activation: 'softmax', ...initial(2) }),
    ],
  });
}
