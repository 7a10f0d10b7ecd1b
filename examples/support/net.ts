import * as tf from '@tensorflow/tfjs';

export type MakeLinear = (units: number, args: { inputShape?: number[] }) => tf.layers.Layer;

/** Two hidden layers of 256, each followed by a normalisation and a ReLU, and a float head. */
export function buildNet(linear: MakeLinear): tf.Sequential {
  return tf.sequential({
    layers: [
      linear(256, { inputShape: [784] }),
      tf.layers.layerNormalization(),
      tf.layers.reLU(),
      linear(256, {}),
      tf.layers.layerNormalization(),
      tf.layers.reLU(),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
}
