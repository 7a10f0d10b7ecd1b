import { createRequire } from 'node:module';

/** Packages that only the server needs, so that nobody else has to install them. */
const PEERS = ['fastify', 'prom-client', 'ajv'];

/** @throws an error that says what to install, if one is missing. */
export function checkPeers(): void {
  const require = createRequire(__filename);
  const missing = PEERS.filter((name) => !isInstalled(name, require));
  if (missing.length === 0) return;
  throw new Error(
    `the server needs packages that are not installed here: npm install ${missing.join(' ')}`,
  );
}

function isInstalled(name: string, require: NodeJS.Require): boolean {
  try {
    return require.resolve(name) !== '';
  } catch {
    return false;
  }
}
