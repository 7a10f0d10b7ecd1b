import * as tf from '@tensorflow/tfjs';
import { SingleBar } from 'cli-progress';
import { learningRateSchedule } from 'tfjs-bitcore';
import type { LabelledImages } from './images';

const BATCH_SIZE = 128;

export interface TrainOptions {
  epochs: number;
  /** What the bar says. Default: `'training'`. */
  title?: string;
  /** At the start, from which it falls to zero. Default: 0.001. */
  learningRate?: number;
  /** Further ones. */
  callbacks?: tf.Callback[];
}

/** Trains with Adam, while a bar shows how far it is. */
export async function train(
  model: tf.LayersModel,
  { images, labels }: LabelledImages,
  { epochs, title = 'training', learningRate = 1e-3, callbacks = [] }: TrainOptions,
): Promise<void> {
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const steps = epochs * Math.ceil(images.shape[0] / BATCH_SIZE);
  const bar = new SingleBar({
    format: `${title} {bar} {percentage} % | epoch {epoch}/{epochs} | loss {loss} | {eta_formatted} left`,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(steps, 0, { epoch: 1, epochs, loss: '-' });
  const progress = new tf.CustomCallback({
    onEpochBegin: async (epoch) => bar.update({ epoch: epoch + 1 }),
    onBatchEnd: async (_batch, logs) =>
      bar.increment({ loss: (logs!['loss'] as number).toFixed(4) }),
  });
  // Ternary weights settle best when the learning rate falls to zero.
  const schedule = learningRateSchedule({ type: 'cosine', learningRate });
  await model.fit(images, labels, {
    epochs,
    batchSize: BATCH_SIZE,
    verbose: 0,
    callbacks: [schedule, progress, ...callbacks],
  });
  bar.stop();
}
