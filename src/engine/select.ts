import { fastestEngine, productKind, type ProductKind } from './calibration';
import { allowedByFlags, forcedEngine } from './flags';
import { hasOwnMemory, ownMemoryEngine } from './own_memory_engine';
import { passesSelfTest } from './self_test';
import type { InputQuantizerName } from '../quantizers/input/registry';
import { WASM_ENGINE_NAMES, wasmServes, type WasmEngineName } from './wasm/engines';
import { unlessMemoryIsRefused } from './wasm/refused_memory';

/** What computes packed products. All give the same floats. */
export type EngineName = WasmEngineName | 'portable';

/** Whether an engine can run here, and why not. */
export type EngineState =
  'works' | 'unsupported' | 'wrong results' | 'forbidden by a flag' | 'not tested yet';

/** The part of a product that decides which engine is the fastest. */
export interface SelectedProduct {
  readonly inputQuantizer: InputQuantizerName;
  readonly rows: number;
  readonly skipZeroBlocks: boolean;
}

/** The engine to use now: the fastest that serves these inputs, works, and is not forbidden by a flag. */
export function selectEngine({
  inputQuantizer,
  rows,
  skipZeroBlocks,
}: SelectedProduct): EngineName {
  if (!wasmServes(inputQuantizer)) return 'portable';
  const kind = productKind(rows, skipZeroBlocks);
  return unlessMemoryIsRefused(() => fastestThatWorks(kind), 'portable');
}

function fastestThatWorks(kind: ProductKind): EngineName {
  const working = WASM_ENGINE_NAMES.filter((name) => engineState(name) === 'works');
  const [first, ...others] = working;
  if (first == null) return 'portable';
  const forced = forcedEngine();
  if (forced != null && working.includes(forced)) return forced;
  if (others.length === 0) return first;
  return unlessMemoryIsRefused(() => fastestEngine(kind, [first, ...others]), first);
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
