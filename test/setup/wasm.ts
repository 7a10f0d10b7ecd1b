import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

beforeAll(async () => {
  if (!(await tf.setBackend('wasm'))) throw new Error('The wasm backend did not start.');
});
