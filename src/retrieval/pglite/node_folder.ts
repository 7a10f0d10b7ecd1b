import { nodeBuiltin } from '../../engine/node_builtin';
import { argumentError } from '../../errors';
import { isClaim, Locks } from '../../io/folder/lock';
import { nameOfUnfinished } from '../../io/folder/unfinished';
import type { Connection } from '../sql/connection';
import { openDatabase } from './database';
import { closingAfter } from './held_lock';

const LOCK = 'places.lock';
const DATABASE = 'database';
const NEW_DATABASE = 'database.new';

interface NodeModules {
  readonly fs: typeof import('node:fs/promises');
  readonly os: typeof import('node:os');
  readonly path: typeof import('node:path');
}

/** Opens the database in a folder, or makes both, and keeps all others away until it is closed. */
export async function openInFolder(where: string, path: string): Promise<Connection> {
  const node = nodeModules(where, path);
  const folder = node.path.resolve(path);
  await node.fs.mkdir(folder, { recursive: true });
  const lock = await new Locks(node).take(folder, LOCK);
  if (lock == null) {
    const holder = node.path.join(folder, LOCK);
    const expected = `a folder that no other index has open (${holder} names the process)`;
    throw argumentError(where, 'folder', expected, path);
  }
  return closingAfter(lock, async () => {
    await removeLeftovers(node, folder);
    await makeDatabase(where, node, folder);
    return openDatabase(where, node.path.join(folder, DATABASE));
  });
}

function nodeModules(where: string, path: string): NodeModules {
  const fs = nodeBuiltin<NodeModules['fs']>('node:fs/promises');
  const os = nodeBuiltin<NodeModules['os']>('node:os');
  const paths = nodeBuiltin<NodeModules['path']>('node:path');
  if (fs != null && os != null && paths != null) return { fs, os, path: paths };
  const expected = "'idb://NAME' outside of Node, and in Node before 20.16";
  throw argumentError(where, 'folder', expected, path);
}

/** What killed processes have left: files of the lock, and a database that was not whole yet. */
async function removeLeftovers({ fs, path }: NodeModules, folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const isLeft = name === NEW_DATABASE || isClaim(name, LOCK) || nameOfUnfinished(name) != null;
    if (!isLeft) continue;
    await fs.rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/** PGlite makes a database in seconds, and does not open one that it has made in part: the name tells that it is whole. */
async function makeDatabase(where: string, node: NodeModules, folder: string): Promise<void> {
  const { fs, path } = node;
  if ((await fs.readdir(folder)).includes(DATABASE)) return;
  const made = path.join(folder, NEW_DATABASE);
  await (await openDatabase(where, made)).close();
  await fs.rename(made, path.join(folder, DATABASE));
}
