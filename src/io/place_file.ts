import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { argumentError } from '../errors';
import { makeFolders, removeFolders, replaceFile, syncFolder } from './folder/durable';
import { readWhole } from './folder/files';
import { isClaim } from './folder/lock';
import { inTurn, withLock } from './folder/turns';
import { nameOfUnfinished } from './folder/unfinished';

/** Where a `memoryEngine` keeps its saved places. `placeFile` makes one. */
export interface PlaceFile {
  /** Names it in errors. */
  readonly path: string;
  /** Replaces what was saved before: whoever loads gets all of the old bytes or all of the new ones. */
  save(saved: Uint8Array): Promise<void>;
  /** What was saved last. */
  load(): Promise<Uint8Array>;
}

/**
 * Keeps the places of a `memoryEngine` in a file, in Node.
 *
 * ```js
 * import { placeFile } from 'tfjs-bitcore/folder';
 * import { memoryEngine, placeIndex } from 'tfjs-bitcore/retrieval';
 *
 * const engine = memoryEngine();
 * const index = await placeIndex({ bits: 8, engine });
 * await index.add([{ id: 'church', descriptor: Uint8Array.of(255) }]);
 * await engine.save(placeFile('models/church.places'));
 *
 * const saved = placeFile('models/church.places');
 * const again = await placeIndex({ bits: 8, engine: memoryEngine({ saved }) });
 * await again.size(); // 1
 * ```
 *
 * A save replaces the file at one moment, and waits until it is on the disk. Whenever the process ends or the power fails,
 * the file is the whole old one or the whole new one. Several writers take turns.
 *
 * @param path of the file. Saving makes its folder if that is missing.
 * @throws if `path` is not a string. Saving throws, and leaves the file as it was, if the disk is full or fails, or another
 * process has been saving to the file for a minute. Loading throws if there is no such file.
 */
export function placeFile(path: string): PlaceFile {
  if (typeof path !== 'string' || path === '') {
    throw argumentError('placeFile', 'path', 'a non-empty string', path);
  }
  return {
    path,
    save: (saved) => save(resolve(path), saved),
    load: () => readWhole(dirname(path), basename(path)),
  };
}

async function save(path: string, saved: Uint8Array): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  const lock = `${name}.lock`;
  await inTurn(path, async () => {
    const made = await makeFolders(folder);
    try {
      await withLock(folder, lock, async () => {
        await removeLeftovers(folder, name, lock);
        await replace(folder, name, lock, saved);
      });
    } catch (error) {
      await removeFolders(made);
      throw error;
    }
  });
}

async function replace(
  folder: string,
  name: string,
  lock: string,
  saved: Uint8Array,
): Promise<void> {
  try {
    await replaceFile(folder, name, saved);
    await syncFolder(folder);
  } catch (error) {
    await removeLeftovers(folder, name, lock).catch(() => undefined);
    throw error;
  }
}

/** What saves to the file have left that were cut off. */
async function removeLeftovers(folder: string, name: string, lock: string): Promise<void> {
  for (const file of await readdir(folder)) {
    const finished = nameOfUnfinished(file) ?? file;
    const isUnfinished = finished !== file && [name, lock].includes(finished);
    if (isUnfinished || isClaim(finished, lock)) await rm(join(folder, file), { force: true });
  }
}
