import { threadsFlag } from './flags';
import { OwnMemoryEngine } from './wasm/own_memory';
import { canUseThreads } from './wasm/threads/node_threads';

let engine: OwnMemoryEngine | undefined;

/** The engine that all backends without a WebAssembly heap share; made at first use. */
export function ownMemoryEngine(): OwnMemoryEngine {
  return (engine ??= new OwnMemoryEngine(wantedThreads()));
}

/** By the flag, where there are threads. */
function wantedThreads(): number {
  const threads = threadsFlag();
  return canUseThreads() ? threads : 1;
}

/** Threads that share a large product in that memory. */
export function ownMemoryThreads(): number {
  return typeof WebAssembly === 'undefined' ? 1 : ownMemoryEngine().threads;
}

/** Frees a weight's packed words, if they are in the engine's own memory. */
export function releaseFromOwnMemory(weight: object): void {
  engine?.release(weight);
}
