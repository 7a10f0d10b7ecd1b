import { K } from './cases';
import type { Found, Subject } from './subject';

/** Shares of the 1 and of the K nearest places that a search finds. */
export interface Recall {
  readonly nearest: number;
  readonly nearestK: number;
}

/** Compares an approximate search with an exact one. */
export async function recallsOf(
  approximate: Subject,
  exact: Subject,
  queries: Uint8Array,
): Promise<Recall> {
  const { found: right } = await exact.search(queries, K);
  const { found } = await approximate.search(queries, K);
  return { nearest: recallAt(1, found, right), nearestK: recallAt(K, found, right) };
}

/** Of several places at one distance, each is as right as the others. */
function recallAt(k: number, found: Found, right: Found): number {
  const hits = found.map((places, query) => {
    const farthest = right[query][k - 1].distance;
    return places.slice(0, k).filter(({ distance }) => distance <= farthest).length;
  });
  return hits.reduce((total, count) => total + count, 0) / (k * found.length);
}
