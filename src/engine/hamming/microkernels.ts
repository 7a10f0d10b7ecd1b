/**
 * Writes the rows that are nearer to a query than `limit`, in their order, to the address `found`: the number of the
 * row, counted from `first`, and its distance in bits, both int32. Returns how many were found; there must be room for
 * all `rows`. `codes` [rows, bytes] and `query` [bytes] are addresses of multiples of 8, and so is `bytes`.
 */
export type Nearer = (
  codes: number,
  rows: number,
  bytes: number,
  query: number,
  limit: number,
  first: number,
  found: number,
) => number;

/** The function of kernels/hamming.ts on one memory. */
export interface HammingMicrokernels {
  readonly nearer: Nearer;
}
