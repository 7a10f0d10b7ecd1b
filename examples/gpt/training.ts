import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { checkpoints, learningRateSchedule } from 'tfjs-bitcore/training';
import { folder } from 'tfjs-bitcore/folder';
import { trainingBar } from '../support/training_bar';
import { windowsAt } from './text';

type Dataset = Parameters<tf.LayersModel['fitDataset']>[0];

const LEARNING_RATE = 2e-3;
/** Share of the steps in which the learning rate rises. */
const WARMUP = 0.05;
/** Steps between two checkpoints: an "epoch" for tfjs, although windows are drawn from the text at random. */
export const STEPS_PER_EPOCH = 100;

export interface TrainingArgs {
  readonly name: string;
  readonly codes: Int32Array;
  readonly vocabulary: number;
  readonly context: number;
  /** At most STEPS_PER_EPOCH, or a multiple of it. */
  readonly steps: number;
  /** Windows per step. */
  readonly batch: number;
  readonly seed: number;
  /** Folder of the checkpoints, which training resumes from. */
  readonly checkpoint: string;
}

/** Mean negative log-likelihood of a character, in nats. */
export function loss(oneHot: tf.Tensor, logits: tf.Tensor): tf.Scalar {
  return tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(oneHot, logits);
}

/** Trains from the checkpoint on, or from the start; does nothing if all steps are done. */
export async function train(model: tf.LayersModel, args: TrainingArgs): Promise<void> {
  model.compile({ optimizer: tf.train.adam(LEARNING_RATE, 0.9, 0.95), loss });
  const saves = checkpoints((name) => folder(join(args.checkpoint, name)));
  // A folder that is there must have a good checkpoint in it: training never begins anew over an earlier one.
  const initialEpoch = existsSync(args.checkpoint) ? (await saves.restore(model)).epoch : 0;
  const stepsPerEpoch = Math.min(args.steps, STEPS_PER_EPOCH);
  const epochs = args.steps / stepsPerEpoch;
  if (initialEpoch >= epochs) return;
  const warmup = WARMUP * epochs;
  const schedule = learningRateSchedule({ type: 'cosine', learningRate: LEARNING_RATE, warmup });
  const bar = trainingBar({ name: args.name, epochs, stepsPerEpoch, initialEpoch });
  const dataset = randomWindows(args, stepsPerEpoch, initialEpoch);
  const callbacks = [schedule, saves, bar];
  await model.fitDataset(dataset, { epochs, initialEpoch, verbose: 0, callbacks });
}

/** Batches of windows that begin anywhere; those of a step follow from the seed and the number of the step. */
function randomWindows(args: TrainingArgs, size: number, initialEpoch: number): Dataset {
  const { codes, batch, context, vocabulary, seed } = args;
  let step = initialEpoch * size;
  const startsOf = (step: number) =>
    tf.tidy(() => {
      const end = codes.length - context;
      return tf.randomUniform([batch], 0, end, 'int32', `${seed} ${step}`).dataSync();
    });
  const iterator = () => {
    let done = 0;
    const following = () => {
      if (done++ === size) return { value: undefined, done: true };
      return { value: windowsAt(codes, startsOf(step++), context, vocabulary), done: false };
    };
    return Promise.resolve({ next: () => Promise.resolve(following()) });
  };
  return { size, iterator };
}
