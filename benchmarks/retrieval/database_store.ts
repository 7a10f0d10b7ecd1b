import { placeIndex, type PlaceIndex } from 'tfjs-bitcore/retrieval';
import type { Case } from './cases';
import type { Database } from './databases';
import { addAll, indexSubject, secondsOf } from './filled_index';
import type { Kept, Store, Subject } from './subject';

/** Fills a database. @param progress called with the name of each task before it. */
export async function databaseStore(
  database: Database,
  descriptors: Uint8Array,
  each: Case,
  progress: (task: string) => void,
): Promise<Store> {
  const index = await placeIndex({ bits: each.bits, engine: database.engine });
  const kept = await fill(database, index, descriptors, each, progress);
  return {
    subjects: subjectsOf(database, index, each),
    kept,
    async close() {
      await index.close();
      await database.remove();
    },
  };
}

async function fill(
  database: Database,
  index: PlaceIndex,
  descriptors: Uint8Array,
  each: Case,
  progress: (task: string) => void,
): Promise<Kept> {
  const { name: engine } = database;
  const empty = await database.bytes();
  progress(`${engine} adds`);
  const addSeconds = await secondsOf(() => addAll(index, descriptors, each));
  const full = await database.bytes();
  const kept = { engine, addSeconds, bytes: full - empty };
  if (!each.hasGraph) return kept;
  progress(`${engine} builds its graph`);
  const seconds = await secondsOf(() => index.buildApproximate());
  return { ...kept, graph: { seconds, bytes: (await database.bytes()) - full } };
}

/** Databases search for one query after the other. */
function subjectsOf({ name }: Database, index: PlaceIndex, { hasGraph }: Case): Subject[] {
  const exact = { ...indexSubject(`${name}, exact`, index), oneQueryOnly: true } as const;
  if (!hasGraph) return [exact];
  const approximate = indexSubject(`${name}, HNSW`, index, { approximate: true });
  return [exact, { ...approximate, isApproximate: true, oneQueryOnly: true }];
}
