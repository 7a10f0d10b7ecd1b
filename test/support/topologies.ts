import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { randomFloats, randomSource, sizeOf } from './values';

/** A model of `test/topologies` with weights made up: the same at each call. */
export async function topology(folder: string): Promise<tf.LayersModel> {
  const file = join(__dirname, '../topologies', folder, 'model.json');
  const { modelTopology, weightsManifest } = JSON.parse(
    readFileSync(file, 'utf8'),
  ) as tf.io.ModelJSON;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = tf.io.concatenateArrayBuffers(weightSpecs.map(madeUp));
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
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
