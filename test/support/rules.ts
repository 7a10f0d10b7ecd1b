import * as tf from '@tensorflow/tfjs';
import { quantizers, type KernelQuantizerConfig } from '../../src';
import { straightThrough } from '../../src/quantizers/kernel/straight_through';
import { present } from './present';

/** What a rule makes of a kernel: values as plain arrays. */
export function quantized(
  config: KernelQuantizerConfig,
  kernel: number[][],
  alpha?: number[],
  eps = 1e-5,
): { ternary: number[][]; scale: number[] } {
  const { name, ...options } = config;
  const rule = present(quantizers.get(name))(options as Record<string, number | boolean>);
  return tf.tidy(() => {
    const latent = tf.tensor2d(kernel);
    const learned = alpha ? tf.tensor1d(alpha) : rule.initialAlpha?.(latent, eps);
    const context = learned == null ? { eps } : { eps, alpha: learned };
    const { ternary, scale } = straightThrough(rule, latent, context);
    // Adding 0 makes +0 of -0.
    const values = tf.add(ternary, 0).arraySync() as number[][];
    return { ternary: values, scale: scale.arraySync() as number[] };
  });
}

/** The gradients of kernel and alpha when `g` arrives at the quantized kernel. */
export function ruleGradients(
  config: KernelQuantizerConfig,
  kernel: number[][],
  g: number[][],
  alpha: number[],
): { kernel: number[][]; alpha: number[] } {
  const { name, ...options } = config;
  const rule = present(quantizers.get(name))(options as Record<string, number | boolean>);
  return tf.tidy(() => {
    const f = (latent: tf.Tensor, learned: tf.Tensor) => {
      const { ternary, scale } = straightThrough(rule, latent, { eps: 1e-5, alpha: learned });
      // The layer's epilogue gives ternary a gradient of scale * g, and scale none.
      return tf.mul(ternary, tf.tensor(scale.dataSync().slice(), scale.shape));
    };
    const inputs = [tf.tensor2d(kernel), tf.tensor1d(alpha)];
    const [dkernel, dalpha] = tf.grads(f)(inputs, tf.tensor2d(g));
    return {
      kernel: dkernel.arraySync() as number[][],
      alpha: dalpha.arraySync() as number[],
    };
  });
}
