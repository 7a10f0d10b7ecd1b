import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { argumentError } from '../errors';

/**
 * Runs the files of `--import`, which register the classes of a model with TensorFlow.js.
 * @throws an error that names the file, if one is missing (before the first is run) or throws.
 */
export async function importFiles(files: readonly string[]): Promise<void> {
  for (const file of files) checkFile(file);
  for (const file of files) {
    try {
      await import(pathToFileURL(resolve(file)).href);
    } catch (error) {
      const reason = error instanceof Error ? error.message : inspect(error);
      throw new Error(`--import ${file}: ${reason}`, { cause: error });
    }
  }
}

function checkFile(file: string): void {
  if (existsSync(file) && statSync(file).isFile()) return;
  throw argumentError('tfjs-bitcore', '--import', 'a file of JavaScript', file);
}
