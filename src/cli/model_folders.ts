import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { folder } from 'tfjs-bitcore/folder';
import { argumentError } from '../errors';

/** @throws if `from` is not a folder, or `to` is neither missing nor an empty folder, or `to` is inside `from`. */
export function checkFolders(from: string, to: string): void {
  checkInput('IN_DIR', from);
  if (`${realPath(to)}${sep}`.startsWith(`${realpathSync(from)}${sep}`)) {
    throw argumentError('tfjs-bitcore', 'OUT_DIR', `outside of IN_DIR (${from})`, to);
  }
  if (!existsSync(to)) return;
  if (!statSync(to).isDirectory() || readdirSync(to).length > 0) {
    throw argumentError('tfjs-bitcore', 'OUT_DIR', 'missing or an empty folder', to);
  }
}

export function checkInput(argument: string, path: string): void {
  if (existsSync(join(path, 'model.json'))) return;
  throw argumentError('tfjs-bitcore', argument, 'a folder with a model.json', path);
}

/** Resolves links, also in a path whose end does not exist. */
function realPath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  return join(realPath(dirname(absolute)), basename(absolute));
}

/** @throws an error that names the folder, if its model is damaged or of a kind that tfjs does not know. */
export async function loadModel(path: string): Promise<LayersModel> {
  try {
    return await loadLayersModel(folder(path));
  } catch (error) {
    const { message } = error as Error;
    const known = message.includes(path);
    throw known ? error : new Error(`folder "${path}": ${message}`, { cause: error });
  }
}

export async function saveModel(model: LayersModel, path: string): Promise<void> {
  await model.save(folder(path));
}
