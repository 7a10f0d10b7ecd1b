import { argumentError } from '../errors';
import { positiveInteger } from '../options/check';

/**
 * The share of queries that have a right answer among their first k.
 *
 * ```js
 * const found = [['a', 'b'], ['c', 'd']];   // by query, the nearest first
 * const right = [['b'], ['e', 'f']];        // by query, in any order
 * recallAtK(found, right, 1); // 0
 * recallAtK(found, right, 2); // 0.5
 * ```
 *
 * @param found the ids that a search gave for each query, the nearest first.
 * @param right the ids that are right for each query. A query with none counts as missed.
 * @throws if there are no queries, the lists differ in their number of queries, or k is no positive integer.
 */
export function recallAtK<Id>(
  found: ReadonlyArray<readonly Id[]>,
  right: ReadonlyArray<readonly Id[]>,
  k: number,
): number {
  if (found.length === 0) throw argumentError('recallAtK', 'found', 'of at least one query', found);
  if (right.length !== found.length) {
    const expected = `of ${found.length} queries, as found`;
    throw argumentError('recallAtK', 'right', expected, right.length);
  }
  if (!positiveInteger.holds(k)) throw argumentError('recallAtK', 'k', positiveInteger.expected, k);
  const hits = found.filter((ids, query) => {
    const wanted = new Set(right[query]);
    return ids.slice(0, k).some((id) => wanted.has(id));
  });
  return hits.length / found.length;
}
