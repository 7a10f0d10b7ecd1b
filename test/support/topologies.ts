import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { folder } from '../../src/io/folder';
import { newFolder } from './folders';
import { randomFloats, randomSource, sizeOf } from './values';

/** A model of `test/topologies`, from a folder with weights made up: the same at each call. */
export async function topology(name: string): Promise<tf.LayersModel> {
  const file = join(__dirname, '../topologies', name, 'model.json');
  const { weightsManifest } = JSON.parse(readFileSync(file, 'utf8')) as tf.io.ModelJSON;
  const path = newFolder();
  mkdirSync(path);
  copyFileSync(file, join(path, 'model.json'));
  for (const { paths, weights } of weightsManifest) {
    expect(paths).toHaveLength(1);
    const bytes = tf.io.concatenateArrayBuffers(weights.map(madeUp));
    writeFileSync(join(path, paths[0]!), new Uint8Array(bytes));
  }
  try {
    return await tf.loadLayersModel(folder(path));
  } finally {
    rmSync(path, { recursive: true });
  }
}

function madeUp({ name, shape, quantization }: tf.io.WeightsManifestEntry, i: number): ArrayBuffer {
  const size = sizeOf(shape);
  if (quantization?.dtype === 'uint8') {
    const random = randomSource(i);
    return Uint8Array.from({ length: size }, () => 256 * random()).buffer;
  }
  const values = randomFloats(size, i);
  return (/variance$/.test(name) ? values.map((value) => value + 1.5) : values)
    .buffer as ArrayBuffer;
}
