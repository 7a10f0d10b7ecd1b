import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

/** What a save handler receives; the JSON part went through text, as in every handler. */
export async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((saved) => {
      artifacts = saved;
      const info = { dateSaved: new Date(), modelTopologyType: 'JSON' as const };
      return Promise.resolve({ modelArtifactsInfo: info });
    }),
  );
  const { weightData, ...rest } = artifacts!;
  const json = JSON.parse(JSON.stringify(rest)) as tf.io.ModelArtifacts;
  return { ...json, weightData: tf.io.concatenateArrayBuffers([weightData as ArrayBuffer].flat()) };
}

export function load(artifacts: tf.io.ModelArtifacts): Promise<tf.LayersModel> {
  return tf.loadLayersModel(tf.io.fromMemory(artifacts));
}

/** The model saved in memory, and loaded again. */
export async function inMemory(model: tf.LayersModel): Promise<tf.LayersModel> {
  return load(await artifactsOf(model));
}

/** A handler for a folder: the files that tfjs-node writes, model.json and weights.bin. */
function folderHandler(folder: string): tf.io.IOHandler {
  return {
    save({ weightData, ...topology }) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'model.json'), JSON.stringify(topology));
      const bytes = tf.io.concatenateArrayBuffers([weightData as ArrayBuffer].flat());
      writeFileSync(join(folder, 'weights.bin'), new Uint8Array(bytes));
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' },
      });
    },
    load() {
      const topology = readFileSync(join(folder, 'model.json'), 'utf8');
      const weights = readFileSync(join(folder, 'weights.bin'));
      const weightData = weights.buffer.slice(
        weights.byteOffset,
        weights.byteOffset + weights.length,
      );
      return Promise.resolve({ ...(JSON.parse(topology) as tf.io.ModelArtifacts), weightData });
    },
  };
}

/** Saves to a folder by tfjs-node's `file://` where that is loaded, and loads from it again. */
export async function onDisk(
  model: tf.LayersModel,
  damage?: (folder: string) => void,
): Promise<tf.LayersModel> {
  const folder = mkdtempSync(join(tmpdir(), 'bitlinear-'));
  const isNode = tf.findBackend('tensorflow') != null;
  const loadFrom = isNode ? `file://${folder}/model.json` : folderHandler(folder);
  try {
    await model.save(isNode ? `file://${folder}` : folderHandler(folder));
    damage?.(folder);
    return await tf.loadLayersModel(loadFrom);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
