import { backend, setBackend } from '@tensorflow/tfjs-core';

const BACKENDS = ['wasm', 'cpu'];

/**
 * Starts the faster one of the backends that are installed, and returns its name.
 * @throws an error that says what to install, if none is installed.
 */
export async function startBackend(): Promise<string> {
  for (const name of BACKENDS) {
    if (!isInstalled(name)) continue;
    await import(packageOf(name));
    if (!(await setBackend(name))) continue;
    // The cpu backend prints a greeting at its first tensor, on stderr, which is for errors here.
    (backend() as { firstUse?: boolean }).firstUse = false;
    return name;
  }
  throw new Error(
    'no backend of TensorFlow.js is installed here; `npm install @tensorflow/tfjs-backend-wasm` adds the ' +
      'fast one, @tensorflow/tfjs-backend-cpu is another.',
  );
}

function isInstalled(name: string): boolean {
  try {
    return require.resolve(packageOf(name)) !== '';
  } catch {
    return false;
  }
}

function packageOf(name: string): string {
  return `@tensorflow/tfjs-backend-${name}`;
}
