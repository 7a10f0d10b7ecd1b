import * as tf from '@tensorflow/tfjs';
import { BitLinear } from 'tfjs-bitcore';

/** Dense layers of these widths, the first being that of the input, with ReLU between them. */
export function floatNet([inputs, ...widths]: readonly number[]): tf.Sequential {
  const model = tf.sequential();
  for (const [i, units] of widths.entries()) {
    const activation = i === widths.length - 1 ? 'linear' : 'relu';
    // tfjs's default initializer takes seconds here.
    const args = { units, activation, kernelInitializer: 'glorotUniform' } as const;
    model.add(tf.layers.dense(i === 0 ? { ...args, inputShape: [inputs] } : args));
  }
  return model;
}

/** The same net with ternary weights. */
export function ternaryNet(float: tf.Sequential): tf.Sequential {
  return tf.sequential({ layers: float.layers.map((dense) => BitLinear.fromDense(dense)) });
}
