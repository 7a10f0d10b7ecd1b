import '../../../src/tfjs/node_util';
import '@tensorflow/tfjs-backend-wasm';

/** wasm, and tensorflow where `npm run setup:tfjs-node` has installed it. */
export const BACKENDS = ['wasm', ...(loadTfjsNode() ? ['tensorflow'] : [])];

function loadTfjsNode(): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require('@tensorflow/tfjs-node');
    return true;
  } catch {
    return false;
  }
}
