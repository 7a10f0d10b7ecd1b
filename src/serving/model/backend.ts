import { backend, setBackend } from '@tensorflow/tfjs-core';

/** The packages that have the backends, the fastest first. */
const PACKAGES = {
  tensorflow: '@tensorflow/tfjs-node',
  wasm: '@tensorflow/tfjs-backend-wasm',
  cpu: '@tensorflow/tfjs-backend-cpu',
} as const;

type BackendName = keyof typeof PACKAGES;

/**
 * Starts `wanted`, or else the fastest backend that is installed, and returns its name.
 * @throws an error that says what to install, if it is not there.
 */
export async function startBackend(wanted?: BackendName): Promise<BackendName> {
  const names = wanted == null ? (Object.keys(PACKAGES) as BackendName[]) : [wanted];
  const failures: string[] = [];
  for (const name of names) {
    try {
      await import(PACKAGES[name]);
      if (await setBackend(name)) return withoutGreeting(name);
    } catch (error) {
      failures.push((error as Error).message.split('\n', 1)[0]!);
    }
  }
  const packages = names.map((name) => PACKAGES[name]).join(' or ');
  throw new Error(
    `the backend ${names.join(' or ')} of TensorFlow.js does not start; it needs ` +
      `npm install ${packages} (${failures.join('; ')})`,
  );
}

/** The cpu backend prints one at its first tensor. */
function withoutGreeting(name: BackendName): BackendName {
  if (name === 'cpu') (backend() as { firstUse?: boolean }).firstUse = false;
  return name;
}
