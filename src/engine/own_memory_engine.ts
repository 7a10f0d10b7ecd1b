import { threadsFlag } from './flags';
import { OwnMemoryEngine } from './wasm/own_memory';
import { nodeThreads } from './wasm/threads/node_threads';

/** null: the system grants no memory, as under `ulimit -v`. */
let engine: OwnMemoryEngine | null | undefined;

/** Whether that engine can be had. */
export function hasOwnMemory(): boolean {
  if (engine === undefined) engine = typeof WebAssembly === 'undefined' ? null : makeEngine();
  return engine != null;
}

/** The engine that all backends share; made at first use. */
export function ownMemoryEngine(): OwnMemoryEngine {
  if (hasOwnMemory()) return engine!;
  throw new Error('TernaryMatMul: the system grants no memory for WebAssembly.');
}

/** A system that grants no memory which threads can share may grant another. */
function makeEngine(): OwnMemoryEngine | null {
  return tryEngine(wantedThreads()) ?? tryEngine(1);
}

function tryEngine(threads: number): OwnMemoryEngine | null {
  try {
    return new OwnMemoryEngine(threads);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** By the flag, where there are threads. Those of browsers share products in the heap of tfjs alone. */
function wantedThreads(): number {
  const threads = threadsFlag();
  return nodeThreads() == null ? 1 : threads;
}

/** Threads that run for large products in that memory, the calling one included. Starts them. */
export function ownMemoryThreads(): number {
  return hasOwnMemory() ? ownMemoryEngine().threads.running() : 1;
}

/** Whether threads would share work of so many multiplications in that memory now. */
export function ownMemoryMayShare(multiplications: number): boolean {
  return hasOwnMemory() && ownMemoryEngine().threads.mayShare(multiplications);
}

/** Frees a weight's packed words, if they are in the engine's own memory. */
export function releaseFromOwnMemory(weight: object): void {
  engine?.release(weight);
}
