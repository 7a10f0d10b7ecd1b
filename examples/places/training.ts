import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { checkpoints, learningRateSchedule } from 'tfjs-bitcore/training';
import { folder } from 'tfjs-bitcore/folder';
import { trainingBar } from '../support/training_bar';
import { placeBatches } from './batches';

/** Share of the steps in which the learning rate rises. */
const WARMUP = 0.05;
/** Steps between two checkpoints: an "epoch" for tfjs, although places are drawn at random. */
export const STEPS_PER_EPOCH = 50;
/** Places of a batch, and views of each of them. */
const BATCH = { places: 32, views: 4 } as const;

export interface TrainingArgs {
  readonly name: string;
  /** A multiple of STEPS_PER_EPOCH. */
  readonly steps: number;
  readonly learningRate: number;
  /** The bytes of the views, place by place. */
  readonly pixels: Uint8Array;
  readonly viewsPerPlace: number;
  readonly seed: number;
  /** Folder of the checkpoints, which training resumes from. */
  readonly checkpoint: string;
  readonly callbacks?: tf.Callback[];
}

/** Trains a compiled model from the checkpoint on, or from the start; does nothing if all steps are done. */
export async function train(model: tf.LayersModel, args: TrainingArgs): Promise<void> {
  const { name, learningRate, checkpoint, callbacks = [] } = args;
  const saves = checkpoints((part) => folder(join(checkpoint, part)));
  // A folder that is there must have a good checkpoint in it: training never begins anew over an earlier one.
  const initialEpoch = existsSync(checkpoint) ? (await saves.restore(model)).epoch : 0;
  const epochs = args.steps / STEPS_PER_EPOCH;
  if (initialEpoch >= epochs) return;
  const warmup = WARMUP * epochs;
  const rate = learningRateSchedule({ type: 'cosine', learningRate, warmup });
  const bar = trainingBar({ name, epochs, stepsPerEpoch: STEPS_PER_EPOCH, initialEpoch });
  const batches = placeBatches({ ...args, ...BATCH, stepsPerEpoch: STEPS_PER_EPOCH, initialEpoch });
  await model.fitDataset(batches, {
    epochs,
    initialEpoch,
    verbose: 0,
    callbacks: [rate, ...callbacks, saves, bar],
  });
}
