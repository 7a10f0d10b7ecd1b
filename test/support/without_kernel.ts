import * as tf from '@tensorflow/tfjs';

/** What ops of tfjs compute where the backend lacks a tfjs kernel, as GPUs do. */
export function withoutKernel<Result>(name: string, compute: () => Result): Result {
  const kernel = tf.getKernel(name, tf.getBackend());
  tf.unregisterKernel(name, tf.getBackend());
  try {
    return compute();
  } finally {
    tf.registerKernel(kernel);
  }
}
