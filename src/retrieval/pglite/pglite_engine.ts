import { nonEmptyString } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import type { PlaceEngine } from '../place_engine';
import { SqlEngine } from '../sql/sql_engine';
import { INDEXED_DB, openInBrowser } from './indexed_db';
import { openInFolder } from './node_folder';

/** The options of `pgliteEngine`. */
export interface PgliteEngineOptions {
  /** The path of a folder, in Node; `'idb://NAME'`, in browsers, for a database in IndexedDB. */
  folder: string;
}

export const PGLITE_ENGINE_OPTIONS = {
  folder: { ...nonEmptyString, required: true },
} as const satisfies OptionTable<PgliteEngineOptions>;

/**
 * Keeps the places of an index in a folder, or in a browser, with PGlite: PostgreSQL in WebAssembly. It needs two more packages:
 * `npm install @electric-sql/pglite@0.5.14 @electric-sql/pglite-pgvector@0.0.15`.
 *
 * The folder is made if it is missing, which takes 10 to 30 seconds; later it opens in 1 to 5. One index at a time can
 * have it open. A process that is killed loses the calls that had not ended, and nothing else.
 *
 * @throws if an option is wrong. `placeIndex` throws if a package is missing, another index or program has the folder open,
 * or what it has is of another version or damaged.
 */
export function pgliteEngine(options: PgliteEngineOptions): PlaceEngine {
  const { folder } = readOptions('pgliteEngine', options, PGLITE_ENGINE_OPTIONS);
  const open = folder.startsWith(INDEXED_DB) ? openInBrowser : openInFolder;
  return new SqlEngine('pgliteEngine', 'places', () => open('pgliteEngine', folder));
}
