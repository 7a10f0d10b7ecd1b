import { randomFloats, randomSource } from './values';

/** Operands of attention, and what it computes. */
export interface AttentionCase {
  readonly name: string;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly causal: boolean;
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  /** [keys]; undefined where no key is hidden. */
  readonly mask: Float32Array | undefined;
}

/** `hashOf` all outputs of the grid: on every backend, engine and version of Node, and in browsers. */
export const ATTENTION_GRID_HASH = 665299224;

/** What multiplies q and k, and what multiplies v. */
const MAGNITUDES: Record<string, readonly [number, number]> = {
  ordinary: [1, 1],
  'scores around 16': [6, 1],
  'large scores': [30, 1],
  'huge scores': [1e15, 1],
  'tiny scores': [1e-25, 1],
  'huge values': [1, 3e38],
  'tiny values': [1, 1e-40],
};

/** Which keys are seen. */
const MASKS: Record<string, ((keys: number) => Float32Array) | undefined> = {
  'no mask': undefined,
  'a mask': (keys) => {
    const random = randomSource(keys);
    return new Float32Array(keys).map(() => Number(random() < 0.6));
  },
  'the first keys hidden': (keys) => new Float32Array(keys).map((_, i) => Number(i >= keys / 2)),
  'all hidden': (keys) => new Float32Array(keys),
};

/** One example each: as many keys as queries, or more. */
const LENGTHS = [
  [1, 1],
  [1, 530],
  [7, 7],
  [7, 40],
  [530, 530],
] as const;

export function* attentionCases(): Generator<AttentionCase> {
  for (const [queries, keys] of LENGTHS) {
    for (const heads of [1, 3, 12]) {
      for (const width of [1, 3, 64]) {
        yield* casesOf(queries, keys, heads, width);
      }
    }
  }
}

/** Every kind of numbers and masks with three heads, and ordinary numbers with others; large ones with one head. */
function* casesOf(
  queries: number,
  keys: number,
  heads: number,
  width: number,
): Generator<AttentionCase> {
  const isLarge = queries * keys > 1000;
  if (isLarge && (heads > 1 || width === 1)) return;
  for (const [kind, [ofScores, ofValues]] of Object.entries(MAGNITUDES)) {
    for (const [hiding, mask] of Object.entries(MASKS)) {
      for (const causal of [false, true]) {
        if (heads !== 3 && kind !== 'ordinary') continue;
        if (isLarge && !['no mask', 'a mask'].includes(hiding)) continue;
        const numbers = (count: number, seed: number, by: number) =>
          randomFloats(count * heads * width, seed + width).map((value) => by * value);
        yield {
          name: `${queries} x ${keys}, ${heads} x ${width}, ${kind}, ${hiding}, causal: ${causal}`,
          heads,
          queries,
          keys,
          width,
          causal,
          q: numbers(queries, 1, ofScores),
          k: numbers(keys, 2, ofScores),
          v: numbers(keys, 3, ofValues),
          mask: mask?.(keys),
        };
      }
    }
  }
}

/** In float64, by the formula (with `slopes`, one for each head), in two passes; zeros for queries that see no key. */
export function attentionReference(each: AttentionCase, slopes?: Float32Array): Float64Array {
  const { heads, queries, keys, width, causal, q, k, v, mask } = each;
  const y = new Float64Array(queries * heads * width);
  for (let head = 0; head < heads; head++) {
    const at = (position: number) => (position * heads + head) * width;
    for (let query = 0; query < queries; query++) {
      const last = causal ? query + keys - queries : keys - 1;
      const seen: number[] = [];
      for (let key = 0; key <= last; key++) if (mask?.[key] !== 0) seen.push(key);
      const scores = seen.map((key) => {
        let score = 0;
        for (let i = 0; i < width; i++) score += q[at(query) + i] * k[at(key) + i];
        const distance = query + keys - queries - key;
        return score / Math.sqrt(width) - (slopes?.[head] ?? 0) * distance;
      });
      const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
      const weights = scores.map((score) => Math.exp(score - largest));
      const total = weights.reduce((a, b) => a + b, 0);
      for (const [j, key] of seen.entries()) {
        const share = weights[j] / total;
        for (let i = 0; i < width; i++) y[at(query) + i] += share * v[at(key) + i];
      }
    }
  }
  return y;
}
