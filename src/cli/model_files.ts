import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { folder } from 'tfjs-bitcore/folder';
import 'tfjs-bitcore/vision'; // its layers, for models that have some
import { argumentError } from '../errors';
import { modelPlace } from '../io/model_place';
import { namingFile } from './naming_file';

/** @throws if `path` names no model: neither a folder with a model.json, nor a JSON file. */
export function checkInput(argument: string, path: string): void {
  const { directory, file } = modelPlace(path);
  if (path !== '' && existsSync(join(directory, file))) return;
  const expected = 'a folder with a model.json, or the JSON file of a model';
  throw argumentError('tfjs-bitcore', argument, expected, path);
}

/**
 * @param from a folder or file that `checkInput` has accepted. The folder around a JSON file is not taken for the
 * input: beside the file there is room for others.
 * @throws if `to` is neither missing nor an empty folder, is inside the folder `from`, or cannot be made.
 */
export function checkOutput(from: string, to: string): void {
  if (to === '') throw argumentError('tfjs-bitcore', 'OUT_DIR', 'a path', to);
  const isFolder = statSync(from).isDirectory();
  if (isFolder && `${realPath(to)}${sep}`.startsWith(`${realpathSync(from)}${sep}`)) {
    throw argumentError('tfjs-bitcore', 'OUT_DIR', `outside of MODEL (${from})`, to);
  }
  if (existsSync(to)) {
    if (statSync(to).isDirectory() && readdirSync(to).length === 0) return;
    throw argumentError('tfjs-bitcore', 'OUT_DIR', 'missing or an empty folder', to);
  }
  if (statSync(nearestExisting(resolve(to))).isDirectory()) return;
  throw argumentError('tfjs-bitcore', 'OUT_DIR', 'a path through folders, not files', to);
}

/** Resolves links, also in a path whose end does not exist. */
function realPath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  return join(realPath(dirname(absolute)), basename(absolute));
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

/** @throws an error that names the file, if its model is damaged or of a kind that tfjs does not know. */
export async function loadModel(path: string): Promise<LayersModel> {
  return namingFile(path, () => loadLayersModel(folder(path)));
}

export async function saveModel(model: LayersModel, path: string): Promise<void> {
  await model.save(folder(path));
}
