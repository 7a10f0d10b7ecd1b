import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { folder } from '../../../examples/support/folder';
import { bitLinear, deploy } from '../../../src';

const temporary = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-serve-'));
let folders = 0;

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

/** 16 features, 4 outputs: ternary, deployed. */
export function ternaryNet(): tf.LayersModel {
  const model = tf.sequential();
  model.add(bitLinear({ units: 32, inputShape: [16], activation: 'relu', name: 'first' }));
  model.add(bitLinear({ units: 4, name: 'second' }));
  return deploy(model);
}
