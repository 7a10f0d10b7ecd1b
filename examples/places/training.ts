import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { checkpoints, learningRateSchedule } from 'tfjs-bitcore/training';
import { folder } from 'tfjs-bitcore/folder';
import { trainingBar } from '../support/training_bar';
import { trainingBatches } from './batches';
import type { Sizes } from './options';

/** Share of the epochs in which the learning rate rises. */
const WARMUP = 0.05;

export interface TrainingArgs {
  readonly name: string;
  /** An epoch has each place once. */
  readonly epochs: number;
  readonly learningRate: number;
  /** The bytes of the views, place by place. */
  readonly pixels: Uint8Array;
  readonly sizes: Sizes;
  readonly seed: number;
  /** Folder of the checkpoints, which training resumes from. */
  readonly checkpoint: string;
  readonly callbacks?: tf.Callback[];
}

/** Trains a compiled model from the checkpoint on, or from the start; does nothing if all epochs are done. */
export async function train(model: tf.LayersModel, args: TrainingArgs): Promise<void> {
  const { name, epochs, learningRate, checkpoint, pixels, sizes, seed, callbacks = [] } = args;
  const saves = checkpoints((part) => folder(join(checkpoint, part)));
  // A folder that is there must have a good checkpoint in it: training never begins anew over an earlier one.
  const initialEpoch = existsSync(checkpoint) ? (await saves.restore(model)).epoch : 0;
  if (initialEpoch >= epochs) return;
  const warmup = WARMUP * epochs;
  const rate = learningRateSchedule({ type: 'cosine', learningRate, warmup });
  const batches = trainingBatches({
    ...{ pixels, viewsPerPlace: sizes.viewsPerPlace, initialEpoch, seed },
    ...{ places: sizes.batchPlaces, views: sizes.batchViews },
  });
  const stepsPerEpoch = Math.ceil(sizes.trainingPlaces / sizes.batchPlaces);
  const bar = trainingBar({ name, epochs, stepsPerEpoch, initialEpoch });
  await model.fitDataset(batches, {
    epochs,
    initialEpoch,
    verbose: 0,
    callbacks: [rate, ...callbacks, saves, bar],
  });
}
