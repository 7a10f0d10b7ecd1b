import { normalizeChannels } from './channels';
import type { NormalizationMicrokernels } from './microkernels';
import {
  normalizeChannelsInOwnMemory,
  normalizeGradientInOwnMemory,
  normalizeInOwnMemory,
} from './own_memory';
import { normalizeRows, normalizeRowsGradient } from './portable';
import type { Rows } from './rows';

/** Widths with whole eights, pairs, and one element after them. */
const WIDTHS = [1, 16, 27];

/** Whether the microkernels compute the floats that the portable functions compute. */
export function passesSelfTest(microkernels: NormalizationMicrokernels): boolean {
  return (
    WIDTHS.every((features) => normalizesRows(microkernels, features)) &&
    WIDTHS.every((channels) => normalizesChannels(microkernels, channels))
  );
}

function normalizesRows(microkernels: NormalizationMicrokernels, features: number): boolean {
  return [true, false].every((centered) => {
    const rows = testRows(features, centered);
    const expected = results(rows, normalizeRows, normalizeRowsGradient);
    const actual = results(
      rows,
      (...args) => normalizeInOwnMemory(microkernels, ...args),
      (...args) => normalizeGradientInOwnMemory(microkernels, ...args),
    );
    return expected.every((values, i) => areSame(values, actual[i]!));
  });
}

function normalizesChannels(microkernels: NormalizationMicrokernels, channels: number): boolean {
  const { x, gamma } = testRows(channels, true);
  const rows = { x, mean: gamma.map((value) => 3 * value), factor: gamma, beta: gamma };
  const [expected, actual] = [new Float32Array(x.length), new Float32Array(x.length)];
  normalizeChannels(rows, expected);
  normalizeChannelsInOwnMemory(microkernels, rows, actual);
  return areSame(expected, actual);
}

function areSame(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}

/** Ordinary, large and infinite numbers, the same in every run. */
function testRows(features: number, centered: boolean): Rows {
  const rows = 4;
  const x = new Float32Array(rows * features).map((_, i) => ((i * 97) % 255) / 7 - 11);
  x[features] = 3e38;
  x[2 * features] = Infinity;
  const gamma = new Float32Array(features).map((_, i) => 1 - i / 8);
  return { x, gamma, rows, features, epsilon: 1e-3, centered };
}

/** y, dx, dgamma and dbeta. */
function results(
  rows: Rows,
  normalize: typeof normalizeRows,
  gradient: typeof normalizeRowsGradient,
): Float32Array[] {
  const { x, gamma, features, centered } = rows;
  const [y, dx] = [new Float32Array(x.length), new Float32Array(x.length)];
  const [dgamma, dbeta] = [new Float32Array(features), new Float32Array(features)];
  normalize(rows, centered ? gamma : undefined, y);
  gradient({ ...rows, x: x.map((value) => (value === Infinity ? 5 : value)) }, x.map(dyOf), {
    dx,
    dgamma,
    dbeta,
  });
  return [y, dx, dgamma, dbeta];
}

function dyOf(_: number, i: number): number {
  return ((i * 31) % 17) - 8;
}
