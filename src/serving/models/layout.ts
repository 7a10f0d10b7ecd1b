import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelPlace } from '../../io/model_place';

/** A version of a model on the disk. */
export interface VersionFolder {
  readonly number: number;
  readonly folder: string;
}

/** As TensorFlow Serving has them; without leading zeros, so that each number has one folder. */
const NUMBER = /^(0|[1-9]\d{0,14})$/;

/**
 * The versions of a model, the newest first: its numbered folders. A folder that holds a model itself is version 1.
 * There are none if the folder is not there.
 * @throws if it cannot be read: what is in it is not known then.
 */
export async function versionsIn(folder: string): Promise<VersionFolder[]> {
  const { directory, file } = modelPlace(folder);
  if (await isThere(join(directory, file))) return [{ number: 1, folder }];
  const names = (await foldersIn(folder)).filter((name) => NUMBER.test(name));
  return names
    .map((name) => ({ number: Number(name), folder: join(folder, name) }))
    .sort((a, b) => b.number - a.number);
}

/** The folders in a folder, by name; none if it is not there. @throws if it cannot be read. */
export async function foldersIn(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  const areFolders = await Promise.all(names.map((name) => isFolder(join(folder, name))));
  return names.filter((_, i) => areFolders[i]);
}

/** Changes with the files of a folder: a version is loaded anew, or tried again, when they have changed. */
export async function stateOf(folder: string): Promise<string> {
  const names = (await namesIn(folder)).sort();
  const files = names.map(async (name) => {
    const { size, mtimeMs } = (await statOf(join(folder, name))) ?? {};
    return [name, size, mtimeMs];
  });
  return JSON.stringify(await Promise.all(files));
}

async function isThere(path: string): Promise<boolean> {
  return (await statOf(path)) != null;
}

async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() ?? false;
}

/** Also where a link leads; undefined if nothing is there. */
function statOf(path: string) {
  return unlessMissing(stat(path), undefined);
}

function namesIn(folder: string): Promise<string[]> {
  return unlessMissing(readdir(folder), []);
}

async function unlessMissing<Value>(reading: Promise<Value>, missing: Value): Promise<Value> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return missing;
    throw error;
  }
}
