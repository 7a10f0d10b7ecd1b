import type { Case } from './cases';
import { DATABASES } from './databases';
import { databaseStore } from './database_store';
import { faissStore } from './faiss';
import { memoryStore } from './memory_store';
import type { Store } from './subject';

/** All engines of a case, filled one after the other; the first searches exactly. */
export async function openStores(
  descriptors: Uint8Array,
  each: Case,
  python: string | undefined,
  progress: (task: string) => void,
): Promise<Store[]> {
  const stores: Store[] = [];
  try {
    progress('memoryEngine adds');
    stores.push(await memoryStore(descriptors, each));
    if (python != null) stores.push(await faissStore(python, each));
    for (const name of each.databases) {
      const database = await DATABASES[name]();
      stores.push(await databaseStore(database, descriptors, each, progress));
    }
    return stores;
  } catch (error) {
    for (const store of stores) await store.close();
    throw error;
  }
}

/** How often `openStores` tells its progress. */
export function stepsToOpen({ databases, hasGraph }: Case): number {
  return 1 + databases.length * (hasGraph ? 2 : 1);
}
