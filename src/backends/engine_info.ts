import { getBackend } from '@tensorflow/tfjs-core';
import type { Backend } from './backend';
import { backendNamed } from './backends';
import { engineState, selectEngine, type EngineName, type EngineState } from '../engine/select';
import { WASM_ENGINE_NAMES } from '../engine/wasm/engines';
import { compileAll } from '../engine/wasm/modules';

export interface EngineInfo {
  /** tfjs's current backend. */
  readonly backend: string;
  /**
   * What runs packed products of one row with int8 inputs there. On GPUs `'wgsl'`, programs on the packed words, on webgpu
   * once `ready()` has resolved, or `'composed'` of tfjs ops.
   */
  readonly engine: EngineName | 'wgsl' | 'composed';
  /** What runs those of several rows; another engine may be the fastest for them. */
  readonly engineOfRows: EngineName | 'wgsl' | 'composed';
  /**
   * Threads that share a large product, or the heads of attention: in Node on the backends `cpu`, `wasm` and
   * `tensorflow`, and in browsers on `wasm`, on pages that are cross-origin isolated. Those that run now are counted,
   * not those that are wanted: 1 where none may be started. The first call starts them (some 50 ms); in browsers they
   * run only after it has returned.
   */
  readonly threads: number;
  /** Every engine, and whether it can run here. */
  readonly engines: Readonly<Record<EngineName, EngineState>>;
}

/**
 * Which engines run packed products on the current backend, and whether the others can. Where several work, they are
 * measured in the first seconds, and the fastest one is used.
 * The flags `BITCORE_USE_WASM_SIMD`, `BITCORE_USE_RELAXED_SIMD` (booleans) and `BITCORE_RELAXED_DOT`
 * (16 or 32) of `tf.env()` forbid or force one. `BITCORE_THREADS`, set before the first product or call
 * of this, says how many threads share a large one; by default as many as there are processors, at most 8.
 *
 * ```js
 * engineInfo().engine;                                 // 'relaxedDot16', say
 * tf.env().set('BITCORE_USE_RELAXED_SIMD', false);
 * engineInfo().engine;                                 // 'simd128'
 * ```
 */
export function engineInfo(): EngineInfo {
  const name = getBackend();
  const backend = backendNamed(name);
  const names: EngineName[] = [...WASM_ENGINE_NAMES, 'portable'];
  const states = names.map((engine) => [engine, engineState(engine)]);
  const engine = engineOf(backend, 1);
  return {
    backend: name,
    engine,
    engineOfRows: engineOf(backend, 2),
    threads: engine === 'portable' ? 1 : (backend?.threads() ?? 1),
    engines: Object.fromEntries(states) as Record<EngineName, EngineState>,
  };
}

function engineOf(backend: Backend | undefined, rows: number): EngineInfo['engine'] {
  const computedBy = backend?.computedBy() ?? 'engines';
  if (computedBy === 'engines') {
    return selectEngine({ inputQuantizer: 'int8', rows, skipZeroBlocks: false });
  }
  return computedBy === 'programs' ? 'wgsl' : 'composed';
}

/**
 * Resolves when the WebAssembly modules are compiled, and on webgpu when its programs are tested. Needed in browsers
 * that forbid to compile the modules synchronously on the main thread: until then the portable engine runs, with the
 * same results. On webgpu, operations of TensorFlow.js compute until then.
 *
 * ```js
 * await tf.setBackend('cpu');   // or 'webgpu'
 * await ready();
 * ```
 */
export async function ready(): Promise<void> {
  if (typeof WebAssembly !== 'undefined') await compileAll();
  await backendNamed(getBackend())?.ready?.();
}
