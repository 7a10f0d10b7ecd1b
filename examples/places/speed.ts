import * as tf from '@tensorflow/tfjs';
import { setSparsity } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { useFastestBackend } from '../support/backend';
import { interleavedMedians } from '../support/median';
import { viewTensor } from './batches';
import { folderOf, SPARSITIES, sparseName } from './examination';
import type { Views } from './world/views';

const ROUNDS = 100;

const NETS = ['teacher', 'float', 'ternary'] as const;
const SPARSE_NET = 'sparse';

/**
 * Median milliseconds in which saved nets describe one view on the backend wasm, by their names in the table; the
 * sparse net has one for each sparsity.
 */
export async function millisecondsByName(
  out: string,
  { pixels }: Views,
): Promise<Map<string, number>> {
  await useFastestBackend('wasm');
  const [sparse, ...nets] = await Promise.all(
    [SPARSE_NET, ...NETS].map((name) => tf.loadLayersModel(folder(folderOf(out, name)))),
  );
  const view = viewTensor(pixels, 0, 1);
  const describe = (net: tf.LayersModel) => {
    const descriptor = net.predict(view) as tf.Tensor;
    descriptor.dataSync();
    descriptor.dispose();
  };
  const describeAt = (sparsity: number) => {
    setSparsity(sparse, sparsity);
    describe(sparse);
  };
  const medians = interleavedMedians(
    [
      ...nets.map((net) => () => describe(net)),
      ...SPARSITIES.map((sparsity) => () => describeAt(sparsity)),
    ],
    ROUNDS,
  );
  for (const net of [sparse, ...nets]) net.dispose();
  view.dispose();
  const names = [...NETS, ...SPARSITIES.map(sparseName)];
  return new Map(names.map((name, i) => [name, medians[i]]));
}
