import { env } from '@tensorflow/tfjs-core';
import type { EngineName } from '../../src/engine/select';

const DEFAULTS = {
  BITCORE_USE_WASM_SIMD: true,
  BITCORE_USE_RELAXED_SIMD: true,
  BITCORE_RELAXED_DOT: 0,
};

/** Flags that leave only one engine. */
const FORCED: Readonly<Record<EngineName, Partial<typeof DEFAULTS>>> = {
  relaxedDot16: { BITCORE_RELAXED_DOT: 16 },
  relaxedDot32: { BITCORE_RELAXED_DOT: 32 },
  simd128: { BITCORE_USE_RELAXED_SIMD: false },
  portable: { BITCORE_USE_WASM_SIMD: false },
};

export function forceEngine(engine: EngineName): void {
  setFlags({ ...DEFAULTS, ...FORCED[engine] });
}

export function freeEngines(): void {
  setFlags(DEFAULTS);
}

function setFlags(flags: typeof DEFAULTS): void {
  for (const [flag, value] of Object.entries(flags)) env().set(flag, value);
}

/** Node 20 has no relaxed SIMD, later versions have: the tests run on both. */
export function hasRelaxedSimd(): boolean {
  return Number(process.versions.node.split('.')[0]) >= 22;
}

/** The engines that this version of Node must run. */
export function enginesOfNode(): EngineName[] {
  const names = Object.keys(FORCED) as EngineName[];
  return names.filter((engine) => hasRelaxedSimd() || !engine.startsWith('relaxed'));
}
