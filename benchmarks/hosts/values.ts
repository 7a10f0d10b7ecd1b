import type { Shape } from '../plan';

export interface ProductValues {
  /** Inputs in [-1, 1). */
  readonly x: Float32Array;
  /** -1, 0 or 1, [k, n]. */
  readonly ternary: Int8Array;
  readonly bias: Float32Array;
  readonly scale: number;
}

/** The same numbers in every process. */
export function productValues({ m, k, n }: Shape): ProductValues {
  const random = randomIntegers();
  const uniform = (length: number) =>
    new Float32Array(length).map(() => (random() % 2001) / 1000 - 1);
  const x = uniform(m * k);
  const ternary = new Int8Array(k * n).map(() => (random() % 3) - 1);
  return { x, ternary, bias: uniform(n), scale: 0.02 };
}

/** xorshift32: Math.random has no seed, and tfjs's own takes seconds for a large kernel. */
function randomIntegers(): () => number {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
