import { access, mkdir, open, rename, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { unfinishedName } from './unfinished';

/**
 * Gives a file in a folder a new content, at one moment: whoever opens the file gets all of the old content or
 * all of the new one. The content is on the disk before that moment, so that no loss of power can leave the
 * name with a part of it. `syncFolder` makes the name itself last.
 */
export async function replaceFile(
  folder: string,
  name: string,
  content: Uint8Array | string,
): Promise<void> {
  const unfinished = join(folder, unfinishedName(name));
  await synced(await open(unfinished, 'wx'), (file) => file.writeFile(content));
  await rename(unfinished, join(folder, name));
}

/** What a system answers that cannot synchronize folders; Windows does not even open them. */
const CANNOT_SYNC = ['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EBADF'];

/** Waits until the names in a folder are on the disk, where the system can do that. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await synced(await open(path));
  } catch (error) {
    if (!CANNOT_SYNC.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function synced(file: FileHandle, write?: (file: FileHandle) => Promise<void>) {
  try {
    await write?.(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Makes a folder and those above it that are missing.
 * @returns the folders that were made, the deepest last.
 * @throws if that is not possible. Then none is left.
 */
export async function makeFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = resolve(path); !(await exists(at)); at = dirname(at)) missing.unshift(at);
  const made: string[] = [];
  try {
    for (const folder of missing) {
      if (!(await makeFolder(folder))) continue;
      made.push(folder);
      await syncFolder(dirname(folder));
    }
  } catch (error) {
    await removeFolders(made);
    throw error;
  }
  return made;
}

/** @returns false if another process has just made it. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes folders that `makeFolders` made, as far as they are empty. */
export async function removeFolders(made: readonly string[]): Promise<void> {
  try {
    for (const folder of [...made].reverse()) await rmdir(folder);
  } catch {
    // Another program has put something there, or the disk fails: the first error is the one to report.
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
