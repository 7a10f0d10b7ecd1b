import { normalizationModule } from './module';
import { normalizeGradientInOwnMemory, normalizeInOwnMemory } from './own_memory';
import { normalizeRows, normalizeRowsGradient } from './portable';
import type { RowGradients, Rows } from './rows';

/** Normalizes JavaScript arrays into `y`, by the microkernels where they can be used. */
export function normalizeArrays(rows: Rows, beta: Float32Array | undefined, y: Float32Array): void {
  const isDone = normalizationModule.tryInOwnMemory((microkernels) => {
    normalizeInOwnMemory(microkernels, rows, beta, y);
  });
  if (!isDone) normalizeRows(rows, beta, y);
}

export function normalizeArraysGradient(rows: Rows, dy: Float32Array, to: RowGradients): void {
  const isDone = normalizationModule.tryInOwnMemory((microkernels) => {
    normalizeGradientInOwnMemory(microkernels, rows, dy, to);
  });
  if (!isDone) normalizeRowsGradient(rows, dy, to);
}
