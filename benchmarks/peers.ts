import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// npm runs scripts in the repository's root, and so do the processes that the benchmark starts.
const requirePeer = createRequire(join(process.cwd(), 'benchmarks/peers/package.json'));

/** A package of benchmarks/peers, which `npm ci` does not install. */
export function loadPeer<T>(name: string): T {
  try {
    return requirePeer(name) as T;
  } catch (error) {
    throw missing(name, error as Error);
  }
}

interface Manifest {
  readonly exports: { readonly '.': { readonly default: string } };
}

/** The same for packages that are only ES modules. */
export async function importPeer<T>(name: string): Promise<T> {
  const folder = join(process.cwd(), 'benchmarks/peers/node_modules', name);
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    return (await import(join(folder, manifest.exports['.'].default))) as T;
  } catch (error) {
    throw missing(name, error as Error);
  }
}

export async function importTfjsNode(): Promise<void> {
  const name = '@tensorflow/tfjs-node';
  try {
    await import(name);
  } catch (error) {
    throw missing(name, error as Error);
  }
}

/** A comparison that silently lacks a peer would mislead: the run ends, and says how to get it. */
function missing(name: string, error: Error): Error {
  const reason = error.message.split('\n')[0];
  return new Error(`${name} cannot be loaded (${reason}). Run \`npm run setup:bench\` first.`);
}
