import { env } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';
import { WASM_ENGINES, type WasmEngineName } from './wasm/engines';
import { nodeThreads } from './wasm/threads/node_threads';
import { webThreads } from './wasm/threads/web_threads';

const USE_SIMD = 'BITCORE_USE_WASM_SIMD';
const USE_RELAXED = 'BITCORE_USE_RELAXED_SIMD';
const RELAXED_DOT = 'BITCORE_RELAXED_DOT';
const THREADS = 'BITCORE_THREADS';

/** More would wait for memory rather than compute. */
const MAX_THREADS = 8;

env().registerFlag(USE_SIMD, () => true);
env().registerFlag(USE_RELAXED, () => true);
/** 16 or 32 forces the relaxed engine with that dot product; 0 lets a calibration choose among all. */
env().registerFlag(RELAXED_DOT, () => 0);
/** Threads that share large work, where they can; read before the first one. */
env().registerFlag(THREADS, () => Math.min(availableThreads(), MAX_THREADS));

function availableThreads(): number {
  return (nodeThreads() ?? webThreads())?.processors() ?? 1;
}

export function allowedByFlags(engine: WasmEngineName): boolean {
  if (!env().getBool(USE_SIMD)) return false;
  if (WASM_ENGINES[engine].module !== 'relaxed') return true;
  const forced = forcedDot();
  return env().getBool(USE_RELAXED) && (forced === 0 || engine === `relaxedDot${forced}`);
}

/** The engine that a flag forces, where it works. */
export function forcedEngine(): WasmEngineName | undefined {
  const forced = forcedDot();
  return forced === 0 ? undefined : `relaxedDot${forced}`;
}

function forcedDot(): 0 | 16 | 32 {
  const forced = env().getNumber(RELAXED_DOT);
  if (forced === 0 || forced === 16 || forced === 32) return forced;
  throw argumentError('tf.env()', RELAXED_DOT, '16, 32, or 0 to measure', forced);
}

/** How many threads are wanted. */
export function threadsFlag(): number {
  const threads = env().getNumber(THREADS);
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw argumentError('tf.env()', THREADS, 'an integer of at least 1', threads);
  }
  return threads;
}
