import * as tf from '@tensorflow/tfjs';

/** Starts `wanted`, or the fastest backend that is installed: tfjs-node, else WebAssembly. */
export async function useFastestBackend(wanted?: string): Promise<string> {
  const hasTfjsNode = wanted !== 'wasm' && (await loadTfjsNode());
  const name = wanted ?? (hasTfjsNode ? 'tensorflow' : 'wasm');
  if (name === 'tensorflow' && !hasTfjsNode) {
    throw new Error('tfjs-node is not installed. Run: npm run setup:tfjs-node');
  }
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(name))) throw new Error(`The backend ${name} did not start.`);
  return name;
}

async function loadTfjsNode(): Promise<boolean> {
  const name = '@tensorflow/tfjs-node';
  try {
    await import(name);
    return true;
  } catch {
    return false;
  }
}
