import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { folder } from 'tfjs-bitcore/folder';
import { checkpoints, learningRateSchedule, seededBatches } from 'tfjs-bitcore/training';
import type { LabelledImages } from '../support/images';
import { trainingBar } from '../support/training_bar';

const BATCH_SIZE = 128;

export interface TrainingArgs {
  readonly name: string;
  readonly epochs: number;
  /** At the start, from which it falls to zero. */
  readonly learningRate: number;
  readonly seed: number;
  /** Folder of the checkpoints, which training resumes from. */
  readonly checkpoint: string;
  readonly callbacks?: tf.Callback[];
}

/** Trains with Adam from the checkpoint on, or from the start; does nothing if all epochs are done. */
export async function train(
  model: tf.LayersModel,
  { images, labels }: LabelledImages,
  { name, epochs, learningRate, seed, checkpoint, callbacks = [] }: TrainingArgs,
): Promise<void> {
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const saves = checkpoints((part) => folder(join(checkpoint, part)));
  // A folder that is there must have a good checkpoint in it: training never begins anew over an earlier one.
  const initialEpoch = existsSync(checkpoint) ? (await saves.restore(model)).epoch : 0;
  if (initialEpoch >= epochs) return;
  const rate = learningRateSchedule({ type: 'cosine', learningRate });
  const stepsPerEpoch = Math.ceil(images.shape[0] / BATCH_SIZE);
  const bar = trainingBar({ name, epochs, stepsPerEpoch, initialEpoch });
  const batches = seededBatches(images, labels, { batchSize: BATCH_SIZE, seed, initialEpoch });
  await model.fitDataset(batches, {
    epochs,
    initialEpoch,
    verbose: 0,
    callbacks: [rate, ...callbacks, saves, bar],
  });
}
