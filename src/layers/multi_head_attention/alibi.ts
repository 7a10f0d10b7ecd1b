/**
 * What a key costs in each head for each position between it and the query, in ALiBi (arXiv 2108.12409): the
 * geometric sequence 2^(-8 h / numHeads) in the heads h = 1, ..., numHeads.
 */
export function alibiSlopes(numHeads: number): number[] {
  return Array.from({ length: numHeads }, (_, head) => 2 ** ((-8 * (head + 1)) / numHeads));
}
