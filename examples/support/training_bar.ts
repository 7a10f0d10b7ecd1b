import * as tf from '@tensorflow/tfjs';
import { SingleBar } from 'cli-progress';

export interface TrainingBarArgs {
  readonly name: string;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Epochs that an earlier run did. Default: 0. */
  readonly initialEpoch?: number;
}

/** A callback that shows the progress of training, its loss, and the time left. */
export function trainingBar(args: TrainingBarArgs): tf.CustomCallback {
  const { name, epochs, stepsPerEpoch, initialEpoch = 0 } = args;
  const bar = new SingleBar({
    format:
      '{name} {bar} {percentage} % | epoch {epoch}/{epochs} | loss {loss} | {eta_formatted} left',
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  const first = { name, epoch: initialEpoch + 1, epochs, loss: '-' };
  return new tf.CustomCallback({
    onTrainBegin: () =>
      Promise.resolve(bar.start(epochs * stepsPerEpoch, initialEpoch * stepsPerEpoch, first)),
    onEpochBegin: (epoch) => Promise.resolve(bar.update({ epoch: epoch + 1 })),
    onBatchEnd: (_batch, logs) =>
      Promise.resolve(bar.increment({ loss: logs?.['loss']?.toFixed(4) })),
    onTrainEnd: () => Promise.resolve(bar.stop()),
  });
}
