import { allowedByFlags } from '../flags';
import { hasOwnMemory, ownMemoryEngine } from '../own_memory_engine';
import { unlessMemoryIsRefused } from '../wasm/refused_memory';
import { microkernelsOn, type NormalizationMicrokernels } from './microkernels';
import { normalizeGradientInOwnMemory, normalizeInOwnMemory } from './own_memory';
import { normalizeRows, normalizeRowsGradient } from './portable';
import type { RowGradients, Rows } from './rows';
import { passesSelfTest } from './self_test';

/** Normalizes JavaScript arrays into `y`, by the microkernels where they can be used. */
export function normalizeArrays(rows: Rows, beta: Float32Array | undefined, y: Float32Array): void {
  const isDone = withMicrokernels((microkernels) => {
    normalizeInOwnMemory(microkernels, rows, beta, y);
  });
  if (!isDone) normalizeRows(rows, beta, y);
}

export function normalizeArraysGradient(rows: Rows, dy: Float32Array, to: RowGradients): void {
  const isDone = withMicrokernels((microkernels) => {
    normalizeGradientInOwnMemory(microkernels, rows, dy, to);
  });
  if (!isDone) normalizeRowsGradient(rows, dy, to);
}

/** False if the microkernels cannot be used, or their memory is refused. */
function withMicrokernels(use: (microkernels: NormalizationMicrokernels) => void): boolean {
  return unlessMemoryIsRefused(() => {
    const microkernels = ownMicrokernels();
    if (microkernels != null) use(microkernels);
    return microkernels != null;
  }, false);
}

/** The microkernels on a memory, where they can be used (see `ownMicrokernels`). */
export function usableMicrokernels(
  memory: WebAssembly.Memory,
): NormalizationMicrokernels | undefined {
  return unlessMemoryIsRefused(() => ownMicrokernels() && microkernelsOn(memory), undefined);
}

let areCorrect: boolean | undefined;

/**
 * The microkernels on the engine's own memory; undefined where a flag forbids them, there is no such memory, they
 * cannot be compiled (yet), or they give other floats than the portable functions.
 */
function ownMicrokernels(): NormalizationMicrokernels | undefined {
  if (!allowedByFlags('simd128') || !hasOwnMemory()) return undefined;
  const microkernels = microkernelsOn(ownMemoryEngine().memory);
  if (microkernels == null) return undefined;
  areCorrect ??= passesSelfTest(microkernels);
  return areCorrect ? microkernels : undefined;
}
