import { argumentError } from '../../errors';
import type { Connection } from '../sql/connection';
import { openDatabase } from './database';
import { closingAfter } from './held_lock';
import { takeWebLock } from './web_lock';

/** Begins a place in a browser's IndexedDB. */
export const INDEXED_DB = 'idb://';

/** Opens a database that a browser keeps, or makes it, and keeps other pages away until it is closed. */
export async function openInBrowser(where: string, place: string): Promise<Connection> {
  if (typeof indexedDB === 'undefined' || globalThis.navigator?.locks == null) {
    const expected = 'the path of a folder where there is no IndexedDB with Web Locks';
    throw argumentError(where, 'folder', expected, place);
  }
  const lock = await takeWebLock(`tfjs-bitcore ${place}`);
  if (lock == null) {
    const expected = 'one that no other index has open, in this page or another';
    throw argumentError(where, 'folder', expected, place);
  }
  return closingAfter(lock, () => openDatabase(where, place));
}
