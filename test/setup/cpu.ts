import * as tf from '@tensorflow/tfjs';

beforeAll(async () => {
  await tf.setBackend('cpu');
  // tfjs then throws where a kernel leaks; on other backends gradients look like leaks to it.
  tf.env().set('IS_TEST', true);
});
