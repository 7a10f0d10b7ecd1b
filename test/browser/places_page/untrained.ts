import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { deploy } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { buildStudent } from '../../../examples/places/net/student';
import type { Sizes } from '../../../examples/places/options';
import { claimFolder } from '../../../examples/support/claim_folder';

/** A city of four blocks, with a query for every second place. */
export const SIZES: Sizes = {
  ...{ trainingPlaces: 1, viewsPerPlace: 1, databasePlaces: 96, queryEvery: 2 },
  ...{ teacherEpochs: 0, distillationEpochs: 0, metricEpochs: 0 },
  ...{ sparseDistillationEpochs: 0, sparseMetricEpochs: 0, batchPlaces: 1, batchViews: 1 },
};
export const SEED = 1;

/** Leaves what `npm run example:places` leaves in a folder, but the net has only its first weights. */
export async function saveUntrained(out: string, sizes = SIZES): Promise<void> {
  await tf.setBackend('wasm');
  claimFolder(out, { ...sizes, seed: SEED });
  const net = buildStudent('ternary', SEED);
  const deployed = deploy(net);
  await deployed.save(folder(join(out, 'nets', 'ternary')));
  net.dispose();
  deployed.dispose();
}
