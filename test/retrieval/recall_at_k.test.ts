import { recallAtK } from '../../src/retrieval';
import { readGolden } from '../support/golden_vision';

interface Matching {
  readonly truth: number[][];
  readonly hamming: {
    readonly top10: { readonly data: number[] };
    readonly recall: Record<string, number>;
  };
}

const { truth, hamming } = readGolden<Matching>('matching');
const found = truth.map((_, query) => hamming.top10.data.slice(10 * query, 10 * query + 10));

test.each([1, 5, 10])('recall@%d is that of the original', (k) => {
  expect(100 * recallAtK(found, truth, k)).toBe(hamming.recall[k]);
});

test('a query with no right answer is missed', () => {
  expect(recallAtK([['a'], ['b']], [['a'], []], 1)).toBe(0.5);
});

test('bad input is refused by name', () => {
  expect(() => recallAtK([], [], 1)).toThrow('recallAtK: found must be of at least one query');
  expect(() => recallAtK([[1]], [], 1)).toThrow('recallAtK: right must be of 1 queries, as found');
  expect(() => recallAtK([[1]], [[1]], 0)).toThrow('recallAtK: k must be');
});
