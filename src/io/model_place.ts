import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Where a model is: its folder, and the name of the JSON file in it. */
export interface ModelPlace {
  readonly directory: string;
  readonly file: string;
}

/**
 * The place that a path names: a folder with a model.json, or a JSON file of another name, as
 * `downloads://NAME` writes it. Its weights are beside it.
 */
export function modelPlace(path: string): ModelPlace {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  return isFolder || !path.endsWith('.json')
    ? { directory: path, file: 'model.json' }
    : { directory: dirname(path), file: basename(path) };
}
