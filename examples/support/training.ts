import * as tf from '@tensorflow/tfjs';
import { learningRateSchedule } from 'tfjs-bitcore/training';
import type { LabelledImages } from './images';
import { trainingBar } from './training_bar';

const BATCH_SIZE = 128;

export interface TrainOptions {
  epochs: number;
  /** The text of the bar. Default: `'training'`. */
  title?: string;
  /** At the start, from which it falls to zero. Default: 0.001. */
  learningRate?: number;
  /** Further callbacks. */
  callbacks?: tf.Callback[];
}

/** Trains with Adam, while a bar shows the progress. */
export async function train(
  model: tf.LayersModel,
  { images, labels }: LabelledImages,
  { epochs, title = 'training', learningRate = 1e-3, callbacks = [] }: TrainOptions,
): Promise<void> {
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const stepsPerEpoch = Math.ceil(images.shape[0] / BATCH_SIZE);
  const progress = trainingBar({ name: title, epochs, stepsPerEpoch });
  // Ternary weights settle best when the learning rate falls to zero.
  const schedule = learningRateSchedule({ type: 'cosine', learningRate });
  await model.fit(images, labels, {
    epochs,
    batchSize: BATCH_SIZE,
    verbose: 0,
    callbacks: [schedule, progress, ...callbacks],
  });
}
