import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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

interface ModelFile {
  sha256?: object;
  weightsManifest: Array<{ paths: string[] }>;
}

/** Saves a model as other writers do: without digests, the weights in weights.bin. */
export async function savedWithoutDigests(model: tf.LayersModel): Promise<string> {
  const path = await saved(model);
  const file = join(path, 'model.json');
  const { sha256: _, ...content } = JSON.parse(readFileSync(file, 'utf8')) as ModelFile;
  const [group] = content.weightsManifest as [{ paths: string[] }];
  renameSync(join(path, group.paths[0]!), join(path, 'weights.bin'));
  group.paths = ['weights.bin'];
  writeFileSync(file, JSON.stringify(content));
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
