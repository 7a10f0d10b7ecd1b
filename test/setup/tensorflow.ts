import '../../src/tfjs/node_util';
import * as tf from '@tensorflow/tfjs';

// Not known at compile time: it is installed by `npm run setup:tfjs-node` only.
const TFJS_NODE: string = '@tensorflow/tfjs-node';

beforeAll(async () => {
  await import(TFJS_NODE).catch((error: Error) => {
    throw new Error(`Run \`npm run setup:tfjs-node\` first: ${error.message}`);
  });
  if (!(await tf.setBackend('tensorflow'))) throw new Error('tfjs-node did not start.');
});
