import * as tf from '@tensorflow/tfjs';
import { folder } from 'tfjs-bitcore/folder';
import { useFastestBackend } from '../support/backend';
import { interleavedMedians } from '../support/median';
import { viewTensor } from './batches';
import { folderOf } from './examination';
import type { Views } from './world/views';

const ROUNDS = 100;

/** Median milliseconds in which saved nets describe one view on the backend wasm. */
export async function millisecondsByNet(
  out: string,
  names: readonly string[],
  { pixels }: Views,
): Promise<Map<string, number>> {
  await useFastestBackend('wasm');
  const nets = await Promise.all(
    names.map((name) => tf.loadLayersModel(folder(folderOf(out, name)))),
  );
  const view = viewTensor(pixels, 0, 1);
  const describe = (net: tf.LayersModel) => () => {
    const descriptor = net.predict(view) as tf.Tensor;
    descriptor.dataSync();
    descriptor.dispose();
  };
  const medians = interleavedMedians(nets.map(describe), ROUNDS);
  for (const net of nets) net.dispose();
  view.dispose();
  return new Map(names.map((name, i) => [name, medians[i]]));
}
