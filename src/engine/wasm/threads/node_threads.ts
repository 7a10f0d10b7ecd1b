import type { Worker } from 'node:worker_threads';

type WorkerThreads = { readonly Worker: typeof Worker };

/** Node's threads, looked up as the package runs, so that bundles for browsers hold no trace of them. */
export function nodeWorkerThreads(): WorkerThreads | undefined {
  return builtin('node:worker_threads') as WorkerThreads | undefined;
}

/** Processors that this process may use; 1 where that, or threads, cannot be had. */
export function availableThreads(): number {
  const os = builtin('node:os') as { availableParallelism(): number } | undefined;
  return canUseThreads() ? (os?.availableParallelism() ?? 1) : 1;
}

/** Whether threads can be had and waited for, which windows forbid, those of Electron with Node too. */
export function canUseThreads(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return nodeWorkerThreads() != null;
  } catch {
    return false;
  }
}

function builtin(name: string): unknown {
  if (typeof process === 'undefined') return undefined;
  return process.getBuiltinModule?.(name);
}
