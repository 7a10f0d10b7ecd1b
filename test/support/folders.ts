import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { folder } from '../../src/io/folder';

const temporary = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'));
let folders = 0;

/** A path at which there is nothing yet. */
export function newFolder(): string {
  return join(temporary, String(++folders));
}

export function removeFolders(): void {
  rmSync(temporary, { recursive: true, force: true });
}

/** Saves a model; the folder. */
export async function saved(model: tf.LayersModel): Promise<string> {
  const path = newFolder();
  await model.save(folder(path));
  return path;
}

/** The files of a folder: their bytes, and when they were last written. */
export function filesIn(path: string): Record<string, { bytes: Buffer; written: number }> {
  const file = (name: string) => ({
    bytes: readFileSync(join(path, name)),
    written: statSync(join(path, name)).mtimeMs,
  });
  return Object.fromEntries(readdirSync(path).map((name) => [name, file(name)]));
}

export function bytesIn(path: string): Record<string, Buffer> {
  const files = Object.entries(filesIn(path));
  return Object.fromEntries(files.map(([name, { bytes }]) => [name, bytes]));
}
