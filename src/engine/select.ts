import { fasterRelaxedEngine } from './calibration';
import { allowedByFlags } from './flags';
import { hasOwnMemory, ownMemoryEngine } from './own_memory_engine';
import { passesSelfTest } from './self_test';
import type { InputQuantizerName } from '../quantizers/input/registry';
import { wasmServes, type WasmEngineName } from './wasm/engines';
import { unlessMemoryIsRefused } from './wasm/refused_memory';

/** What computes packed products. All give the same floats. */
export type EngineName = WasmEngineName | 'portable';

/** Whether an engine can run here, and why not. */
export type EngineState =
  'works' | 'unsupported' | 'wrong results' | 'forbidden by a flag' | 'not tested yet';

/** The engine to use now: the fastest that serves these inputs, works, and is not forbidden by a flag. */
export function selectEngine(inputQuantizer: InputQuantizerName): EngineName {
  if (!wasmServes(inputQuantizer)) return 'portable';
  return unlessMemoryIsRefused(fastestEngine, 'portable');
}

function fastestEngine(): EngineName {
  const works = (engine: WasmEngineName) => engineState(engine) === 'works';
  const relaxed = (['relaxedDot16', 'relaxedDot32'] as const).filter(works);
  if (relaxed.length === 2) return fasterRelaxedEngine();
  return relaxed[0] ?? (works('simd128') ? 'simd128' : 'portable');
}

export function engineState(name: EngineName): EngineState {
  if (name === 'portable') return 'works';
  if (!allowedByFlags(name)) return 'forbidden by a flag';
  return unlessMemoryIsRefused(() => tested(name), 'unsupported');
}

const states = new Map<WasmEngineName, EngineState>();

/** Tests an engine once. One that is not compiled yet is asked again. */
function tested(engine: WasmEngineName): EngineState {
  const known = states.get(engine);
  if (known != null) return known;
  if (!hasOwnMemory() || !ownMemoryEngine().supports(engine)) {
    return 'unsupported';
  }
  const state = passesSelfTest(engine) ? 'works' : 'wrong results';
  states.set(engine, state);
  return state;
}
