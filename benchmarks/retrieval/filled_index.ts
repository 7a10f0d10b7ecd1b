import type { PlaceIndex } from 'tfjs-bitcore/retrieval';
import { CHUNK_ROWS, type Case } from './cases';
import type { Subject } from './subject';

/** Adds all descriptors, with the numbers of their rows as ids. */
export async function addAll(
  index: PlaceIndex,
  descriptors: Uint8Array,
  { rows, bits }: Case,
): Promise<void> {
  const bytes = bits / 8;
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const places = Array.from({ length: Math.min(CHUNK_ROWS, rows - first) }, (_, i) => {
      const at = (first + i) * bytes;
      return { id: `${first + i}`, descriptor: descriptors.subarray(at, at + bytes) };
    });
    await index.add(places);
  }
}

/** Searches an index that `addAll` has filled. */
export function indexSubject(
  name: string,
  index: PlaceIndex,
  { approximate = false, prepare = () => undefined }: IndexSubjectOptions = {},
): Subject {
  return {
    name,
    async search(queries, k) {
      prepare();
      const start = performance.now();
      const found = await index.search(queries, { k, approximate });
      const ms = performance.now() - start;
      const rows = found.map((matches) =>
        matches.map(({ id, distance }) => ({ row: Number(id), distance })),
      );
      return { ms, found: rows };
    },
  };
}

interface IndexSubjectOptions {
  readonly approximate?: boolean;
  /** Called before each search. */
  readonly prepare?: () => void;
}

export async function secondsOf(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}
