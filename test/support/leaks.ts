import * as tf from '@tensorflow/tfjs';

/**
 * Runs inference with tfjs's own leak check after every kernel. On the cpu backend it is always on
 * (setup/cpu.ts); elsewhere it reports false leaks for gradients, so only this may be inside.
 */
export function withLeakCheck<Result>(inference: () => Result): Result {
  const before = tf.env().getBool('IS_TEST');
  tf.env().set('IS_TEST', true);
  try {
    return inference();
  } finally {
    tf.env().set('IS_TEST', before);
  }
}

export function memory(): { numTensors: number; numBytes: number } {
  const { numTensors, numBytes } = tf.memory();
  return { numTensors, numBytes };
}
