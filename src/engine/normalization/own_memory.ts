import { ownMemoryEngine } from '../own_memory_engine';
import { CHUNK_BYTES } from '../wasm/own_memory';
import type { Channels } from './channels';
import type { NormalizationMicrokernels } from './microkernels';
import type { RowGradients, Rows } from './rows';

/*
 * The microkernels on the engine's own memory, for backends whose tensors are JavaScript arrays. The arrays are
 * copied in and out, some rows at a time, so that the memory does not grow with the batch.
 */

export function normalizeInOwnMemory(
  { normalize }: NormalizationMicrokernels,
  rows: Rows,
  beta: Float32Array | undefined,
  y: Float32Array,
): void {
  const { x, gamma, features, epsilon } = rows;
  const step = rowsAtATime(rows, 2);
  const gammaBytes = 4 * features;
  const rowBytes = step * gammaBytes;
  const engine = ownMemoryEngine();
  engine.lend(2 * (gammaBytes + rowBytes), (gammaAt) => {
    const betaAt = gammaAt + gammaBytes;
    const xAt = betaAt + gammaBytes;
    const yAt = xAt + rowBytes;
    const floats = new Float32Array(engine.memory.buffer);
    floats.set(gamma, gammaAt / 4);
    if (beta != null) floats.set(beta, betaAt / 4);
    inSteps(rows, step, (count, from, end) => {
      floats.set(x.subarray(from, end), xAt / 4);
      const betaOrNone = beta == null ? 0 : betaAt;
      normalize(xAt, gammaAt, betaOrNone, yAt, count, features, epsilon, Number(rows.centered));
      y.set(floats.subarray(yAt / 4, yAt / 4 + end - from), from);
    });
  });
}

export function normalizeGradientInOwnMemory(
  { normalizeGradient }: NormalizationMicrokernels,
  rows: Rows,
  dy: Float32Array,
  { dx, dgamma, dbeta }: RowGradients,
): void {
  const { x, gamma, features, epsilon } = rows;
  const step = rowsAtATime(rows, 3);
  const gammaBytes = 4 * features;
  const rowBytes = step * gammaBytes;
  const engine = ownMemoryEngine();
  // The sums come first, as they need the alignment of float64.
  engine.lend(5 * gammaBytes + 3 * rowBytes, (sumsAt) => {
    const gammaAt = sumsAt + 4 * gammaBytes;
    const xAt = gammaAt + gammaBytes;
    const [dyAt, dxAt] = [xAt + rowBytes, xAt + 2 * rowBytes];
    const floats = new Float32Array(engine.memory.buffer);
    const sums = new Float64Array(engine.memory.buffer, sumsAt, 2 * features).fill(0);
    floats.set(gamma, gammaAt / 4);
    inSteps(rows, step, (count, from, end) => {
      floats.set(x.subarray(from, end), xAt / 4);
      floats.set(dy.subarray(from, end), dyAt / 4);
      const centered = Number(rows.centered);
      normalizeGradient(xAt, gammaAt, dyAt, dxAt, sumsAt, count, features, epsilon, centered);
      dx.set(floats.subarray(dxAt / 4, dxAt / 4 + end - from), from);
    });
    dgamma.set(sums.subarray(0, features));
    dbeta?.set(sums.subarray(features));
  });
}

/** For the self-test, whose rows are few. */
export function normalizeChannelsInOwnMemory(
  microkernels: NormalizationMicrokernels,
  { x, mean, factor, beta }: Channels,
  y: Float32Array,
): void {
  const channels = mean.length;
  const engine = ownMemoryEngine();
  engine.lend(3 * mean.byteLength + 2 * x.byteLength, (meanAt) => {
    const [factorAt, betaAt, xAt] = [1, 2, 3].map((i) => meanAt + i * mean.byteLength) as [
      number,
      number,
      number,
    ];
    const yAt = xAt + x.byteLength;
    const floats = new Float32Array(engine.memory.buffer);
    [mean, factor, beta, x].forEach((values, i) => floats.set(values, meanAt / 4 + i * channels));
    const rows = x.length / channels;
    microkernels.normalizeChannels(xAt, meanAt, factorAt, betaAt, yAt, rows, channels);
    y.set(floats.subarray(yAt / 4, yAt / 4 + y.length));
  });
}

/** @param arrays of the size of x, of which these rows are in the memory. */
function rowsAtATime({ rows, features }: Rows, arrays: number): number {
  return Math.min(rows, Math.max(1, Math.floor(CHUNK_BYTES / (4 * arrays * features))));
}

/** Calls `use` with each number of rows, and where in x they are. */
function inSteps(
  { rows, features }: Rows,
  step: number,
  use: (count: number, from: number, end: number) => void,
): void {
  for (let row = 0; row < rows; row += step) {
    const count = Math.min(step, rows - row);
    use(count, row * features, (row + count) * features);
  }
}
