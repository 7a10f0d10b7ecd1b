import { normalizationModule } from './microkernels';
import { normalizeGradientInOwnMemory, normalizeInOwnMemory } from './own_memory';
import { normalizeRows, normalizeRowsGradient } from './portable';
import type { RowGradients, Rows } from './rows';

/** Normalizes JavaScript arrays into `y`, by the microkernels where they can be used. */
export function normalizeArrays(rows: Rows, beta: Float32Array | undefined, y: Float32Array): void {
  const microkernels = normalizationModule.onOwnMemory();
  if (microkernels == null) normalizeRows(rows, beta, y);
  else normalizeInOwnMemory(microkernels, rows, beta, y);
}

export function normalizeArraysGradient(rows: Rows, dy: Float32Array, to: RowGradients): void {
  const microkernels = normalizationModule.onOwnMemory();
  if (microkernels == null) normalizeRowsGradient(rows, dy, to);
  else normalizeGradientInOwnMemory(microkernels, rows, dy, to);
}
