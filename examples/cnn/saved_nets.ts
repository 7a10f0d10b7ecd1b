import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { folder } from 'tfjs-bitcore/folder';
import { useFastestBackend } from '../support/backend';
import { weightBytes } from '../support/measure';
import { interleavedMedians } from '../support/median';

/** @returns the bytes of the weights. */
export async function save(net: tf.LayersModel, out: string, name: string): Promise<number> {
  const path = join(out, name);
  await net.save(folder(path));
  return weightBytes(path);
}

/** Median milliseconds in which each saved net computes one image, on the backend wasm. */
export async function millisecondsOnWasm(
  out: string,
  names: readonly string[],
  imageShape: readonly number[],
  rounds: number,
): Promise<number[]> {
  await useFastestBackend('wasm');
  const nets = await Promise.all(names.map((name) => tf.loadLayersModel(folder(join(out, name)))));
  const image = tf.randomNormal([1, ...imageShape]);
  const medians = interleavedMedians(
    nets.map((net) => () => {
      const scores = net.predict(image) as tf.Tensor;
      scores.dataSync();
      scores.dispose();
    }),
    rounds,
  );
  for (const net of nets) net.dispose();
  image.dispose();
  return medians;
}
