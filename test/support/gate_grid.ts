import type { GateScope } from '../../src/ops/sparsity_gate';
import { randomFloats } from './values';

export const GATE_SCOPES: GateScope[] = ['tensor', 'token', 'block4'];
export const GATE_SPARSITIES = [0.1, 0.4, 0.6, 0.99];

/** What stands at a place of x, from a random number of [-1, 1). */
const VALUES: Record<string, (random: number, row: number, column: number) => number> = {
  random: (random) => random,
  'many equal ones': (random) => Math.round(2 * random),
  'equal but for the lowest bits': (random) => 1 + Math.round(99 * random) * 2 ** -23,
  'half zeros, of both signs': (random) => Math.max(0, random) * (random < -0.5 ? -1 : 1),
  denormal: (random) => 1e-40 * random,
  'magnitudes that differ from row to row': (random, row) =>
    random * 10 ** (((row * 23) % 64) - 32),
  'sums that overflow in every third row': (random, row) => (row % 3 === 1 ? 3e38 : 1) * random,
  'NaN or infinity in every third row': (random, row, column) =>
    row % 3 === 1 && column === 0 ? [NaN, Infinity, -Infinity][(row % 9) >> 1]! : random,
};

export interface GateCase {
  readonly name: string;
  readonly rows: number;
  readonly width: number;
  readonly x: Float32Array;
}

/** Every width with every kind of values. */
export function* gateCases(): Generator<GateCase> {
  for (const [rows, width] of [
    [3, 1],
    [8, 7],
    [5, 34],
    [8, 768],
  ] as const) {
    // prettier-ignore
    for (const [kind, value] of Object.entries(VALUES)) {
      const x = randomFloats(rows * width, width).map((random, i) =>
        value(random, Math.floor(i / width), i % width),
      );
      yield { name: `${rows} x ${width}, ${kind}`, rows, width, x };
    }
  }
}

/** The rule by sorting: what a row of entries, or of a whole batch, becomes. */
export function gateReference(
  { width, x }: Pick<GateCase, 'width' | 'x'>,
  sparsity: number,
  scope: GateScope,
): number[] {
  const rowWidth = scope === 'tensor' ? x.length : width;
  const groupSize = scope === 'block4' ? 4 : 1;
  const result: number[] = [];
  for (let from = 0; from < x.length; from += rowWidth) {
    const row = [...x.subarray(from, from + rowWidth)];
    const sizes: number[] = [];
    for (let i = 0; i < row.length; i += groupSize) sizes.push(sizeOf(row.slice(i, i + groupSize)));
    const order = sizes.map((_, i) => i).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
    const keep = Math.floor((1 - sparsity) * sizes.length);
    const kept = new Set(order.slice(0, keep));
    const isWhole = sizes[order[keep - 1]!] === 0 || !sizes.every(Number.isFinite);
    row.forEach((v, i) => result.push(isWhole || kept.has(Math.floor(i / groupSize)) ? v : 0));
  }
  return result;
}

function sizeOf(group: number[]): number {
  const [a, b = 0, c = 0, d = 0] = group.map(Math.abs) as [number, number?, number?, number?];
  return Math.fround(Math.fround(a + b) + Math.fround(c + d));
}
