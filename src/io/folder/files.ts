import { type BigIntStats } from 'node:fs';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { argumentError } from '../../errors';
import type { ModelPlace } from '../model_place';

/** How errors name a folder. */
export function labelOf(path: string): string {
  return `folder "${path}"`;
}

export function cannotBeRead(path: string, file: string, error: unknown): Error {
  const reason = (error as Error).message;
  return new Error(`${labelOf(path)}: ${file} cannot be read: ${reason}`, { cause: error });
}

/**
 * What the system says of a regular file. Nothing is opened: a pipe would block, and a device has no end.
 * @throws if there is no file, or it is of another kind.
 */
export async function regularFile(path: string, file: string): Promise<BigIntStats> {
  let stats: BigIntStats;
  try {
    stats = await stat(join(path, file), { bigint: true });
  } catch (error) {
    throw cannotBeRead(path, file, error);
  }
  if (stats.isFile()) return stats;
  throw argumentError(labelOf(path), file, 'a regular file', kindOf(stats));
}

function kindOf(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/**
 * @throws if a file is a link to outside the folder of model.json. Caches of downloads keep model.json itself
 * and its weights as links to a folder of contents: that folder counts, not the one with the links.
 */
export async function checkInside(place: ModelPlace, file: string): Promise<void> {
  const home = dirname(await realPath(place.directory, place.file));
  const target = await realPath(place.directory, file);
  if (target.startsWith(home.endsWith(sep) ? home : home + sep)) return;
  const expected = `a file inside ${home}, where ${place.file} is`;
  throw argumentError(labelOf(place.directory), file, expected, target);
}

async function realPath(path: string, file: string): Promise<string> {
  try {
    return await realpath(join(path, file));
  } catch (error) {
    throw cannotBeRead(path, file, error);
  }
}

/** Fills `into` with a file. @throws if the file is shorter. */
export async function readInto(path: string, file: string, into: Uint8Array): Promise<void> {
  await withOpen(path, file, (handle) => fill(handle, into));
}

/** The content of a file, also above the 2 GiB that Node reads at once. */
export async function readWhole(path: string, file: string): Promise<Uint8Array> {
  await regularFile(path, file);
  return withOpen(path, file, async (handle) => {
    // Of the file that is open: another may have its name by now.
    const { size } = await handle.stat();
    const content = new Uint8Array(size);
    await fill(handle, content);
    return content;
  });
}

async function withOpen<Result>(
  path: string,
  file: string,
  read: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  try {
    const handle = await open(join(path, file));
    try {
      return await read(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw cannotBeRead(path, file, error);
  }
}

async function fill(handle: FileHandle, into: Uint8Array): Promise<void> {
  let at = 0;
  while (at < into.length) {
    const { bytesRead } = await handle.read(into, at, Math.min(into.length - at, 2 ** 30));
    if (bytesRead === 0) throw new Error(`it ended after ${at} of ${into.length} bytes`);
    at += bytesRead;
  }
}
