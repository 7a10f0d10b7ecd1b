import type { Worker } from 'node:worker_threads';
import { nodeBuiltin } from '../../node_builtin';
import { freeAddresses } from '../free_addresses';

/** Measured on Node 20, 22 and 24: 0.6 to 0.9 GB for each thread. */
const ADDRESSES_OF_A_THREAD = 2 ** 30;

/** Node's threads. */
export function nodeWorkerThreads(): { readonly Worker: typeof Worker } | undefined {
  return nodeBuiltin('node:worker_threads');
}

/** Processors that this process may use; 1 where that, or threads, cannot be had. */
export function availableThreads(): number {
  const os = nodeBuiltin<{ availableParallelism(): number }>('node:os');
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

/**
 * How many of `wanted` threads may be started beside the calling one. V8 ends the process if it finds no addresses
 * for a new one, so that there must be enough for all, and as many as one takes for the rest of the program.
 */
export function threadsThatFit(wanted: number): number {
  const fitting = Math.floor(freeAddresses() / ADDRESSES_OF_A_THREAD) - 1;
  return Math.max(0, Math.min(wanted, fitting));
}
