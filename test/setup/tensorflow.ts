import * as tf from '@tensorflow/tfjs';

beforeAll(async () => {
  await import('@tensorflow/tfjs-node' as string);
  if (!(await tf.setBackend('tensorflow'))) throw new Error('tfjs-node did not start.');
});
