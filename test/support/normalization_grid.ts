import { randomFloats } from './values';

/** Rows to normalize. */
export interface NormalizationCase {
  readonly name: string;
  readonly rows: number;
  readonly features: number;
  readonly x: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
}

export const EPSILON = 1e-3;

/** `hashOf` all outputs of the grid: on every backend, engine and version of Node, and in browsers. */
export const GRID_HASHES = { LayerNorm: 2191516173, RMSNorm: 767617639 };

/** What stands at a place of x, from a random number of [-1, 1). */
const VALUES: Record<string, (random: number, row: number, column: number) => number> = {
  random: (random) => random,
  'far from zero': (random) => 1000 + random,
  huge: (random) => 3e38 * random,
  tiny: (random) => 1e-40 * random,
  constant: (_, row) => 0.1 + row,
  'NaN or infinity in every third row': (random, row, column) =>
    row % 3 === 1 && column === 0 ? [NaN, Infinity, -Infinity][(row % 9) >> 1]! : random,
};

/** Every width and number of rows, with every kind of values. */
export function* normalizationCases(): Generator<NormalizationCase> {
  for (const rows of [1, 7, 530]) {
    for (const features of [1, 3, 64, 768]) {
      for (const [kind, value] of Object.entries(VALUES)) {
        const x = randomFloats(rows * features, rows + features).map((random, i) =>
          value(random, Math.floor(i / features), i % features),
        );
        const [gamma, beta] = [randomFloats(features, 1), randomFloats(features, 2)];
        yield { name: `${rows} x ${features}, ${kind}`, rows, features, x, gamma, beta };
      }
    }
  }
}

interface Reference {
  readonly y: number[];
  /** What of y is compared with: its two parts may cancel. */
  readonly size: number[];
}

/** In float64, by the formula. */
export function normalizationReference(
  { rows, features, x, gamma, beta }: NormalizationCase,
  centered: boolean,
): Reference {
  const result: Reference = { y: [], size: [] };
  for (let row = 0; row < rows; row++) {
    const values = [...x.subarray(row * features, (row + 1) * features)];
    const mean = centered ? sum(values) / features : 0;
    const variance = sum(values.map((value) => (value - mean) ** 2)) / features;
    const isFinite = values.every(Number.isFinite);
    values.forEach((value, i) => {
      const scaled = ((value - mean) / Math.sqrt(variance + EPSILON)) * gamma[i]!;
      const added = centered ? beta[i]! : 0;
      result.y.push(isFinite ? scaled + added : NaN);
      result.size.push(Math.abs(scaled) + Math.abs(added));
    });
  }
  return result;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** FNV-1a of the bits of floats, continued from `hash`. All NaNs are one, -0 is not 0. */
export function hashOf(values: Float32Array, hash = 0x811c9dc5): number {
  const words = new Uint32Array(values.slice().buffer);
  for (const [i, word] of words.entries()) {
    const bits = Number.isNaN(values[i]) ? 0x7fc00000 : word;
    hash = Math.imul(hash ^ bits, 0x01000193) >>> 0;
  }
  return hash;
}
