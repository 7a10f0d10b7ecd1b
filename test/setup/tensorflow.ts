import '../../src/tfjs/node_util';
import * as tf from '@tensorflow/tfjs';

beforeAll(async () => {
  // Not known at compile time: it is installed by `npm run setup:tfjs-node` only.
  await import('@tensorflow/tfjs-node' as string).catch((error: Error) => {
    throw new Error(`Run \`npm run setup:tfjs-node\` first: ${error.message}`);
  });
  if (!(await tf.setBackend('tensorflow'))) throw new Error('tfjs-node did not start.');
});
