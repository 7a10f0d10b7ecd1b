import type { Attention } from './attention';
import type { AttentionMicrokernels } from './microkernels';
import { attendInOwnMemory } from './own_memory';
import { attendPortable } from './portable';

/** Whether the microkernels compute the floats that the portable functions compute. */
export function passesSelfTest(microkernels: AttentionMicrokernels): boolean {
  return [1, 5].every((queries) =>
    [false, true].every((causal) => {
      const attention = testAttention(queries, causal);
      const { examples, heads, valueWidth } = attention.sizes;
      const [expected, actual] = [0, 1].map(
        () => new Float32Array(examples * queries * heads * valueWidth),
      );
      attendPortable(attention, expected!);
      attendInOwnMemory(microkernels, attention, actual!);
      return expected!.every((value, i) => Object.is(value, actual![i]));
    }),
  );
}

/** Two blocks of keys and a part of one are not hidden. */
const KEYS = 103;
/** Every loop over values runs: over 32 of them, over 4 and over the rest. */
const VALUE_WIDTH = 43;

/** Ordinary, large and infinite numbers, and hidden keys; the same in every run. */
function testAttention(queries: number, causal: boolean): Attention {
  const sizes = {
    examples: 1,
    heads: 2,
    queries,
    keys: KEYS,
    keyWidth: 5,
    valueWidth: VALUE_WIDTH,
    scale: 0.3,
    causal,
  };
  const numbers = (count: number, step: number) =>
    new Float32Array(count).map((_, i) => ((i * step) % 255) / 37 - 3);
  const q = numbers(queries * 10, 97);
  const k = numbers(KEYS * 10, 31);
  const v = numbers(KEYS * 2 * VALUE_WIDTH, 53);
  [k[40], k[75], v[9 * VALUE_WIDTH]] = [1e30, -Infinity, 3e38];
  const mask = new Float32Array(KEYS).map((_, i) => Number(i % 3 > 0));
  const slopes = Float32Array.of(0, 0.25);
  return { q, k, v, mask, slopes, sizes };
}
