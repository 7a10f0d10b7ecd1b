import * as tf from '@tensorflow/tfjs';
import 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { memoryEngine, placeIndex } from 'tfjs-bitcore/retrieval';
import { packBits } from 'tfjs-bitcore/vision';
import { useFastestBackend } from '../../support/backend';
import { describeBy, descriptorsOf } from '../descriptors';
import { planOf } from '../plan';
import { fileOf } from '../surveys';
import { viewsOf, type Views } from '../world/views';
import type { Inputs } from './inputs';

/** The bytes of an index of the views of the database: their ids are their numbers. */
export async function describedDatabase({ out, net, settings }: Inputs): Promise<Uint8Array> {
  const { database } = planOf(settings.seed, settings);
  const views = await viewsOf(database, fileOf(out, database));
  // As in the page, whose bits are to be the same.
  await useFastestBackend('wasm');
  const model = await tf.loadLayersModel(folder(net));
  console.log(`Describing ${views.places.length.toLocaleString('en-US')} views ...`);
  const descriptors = descriptorsOf(describeBy(model), views);
  const bytes = await indexed(descriptors, views);
  descriptors.dispose();
  model.dispose();
  return bytes;
}

async function indexed(descriptors: tf.Tensor2D, { places }: Views): Promise<Uint8Array> {
  const bits = descriptors.shape[1];
  const codes = packBits((await descriptors.data()) as Float32Array, bits);
  const engine = memoryEngine();
  const index = await placeIndex({ bits, engine });
  await index.add(
    places.map(({ x, y }, i) => ({
      id: String(i),
      descriptor: codes.subarray((i * bits) / 8, ((i + 1) * bits) / 8),
      position: { east: x, north: y },
    })),
  );
  const saved = await engine.save();
  await index.close();
  return saved;
}
