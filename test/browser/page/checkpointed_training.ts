import * as tf from '@tensorflow/tfjs';
import { bitLinear } from 'tfjs-bitcore';
import { checkpoints, loadCheckpoint } from 'tfjs-bitcore/training';
import { randomTensor } from '../../support/values';

const ROWS = 12;
const storageOf = (run: string) => (name: string) => `indexeddb://${run}-${name}`;

export interface TrainingReport {
  /** The epochs that were done in the checkpoint from which training went on, 0 without one. */
  readonly from: number;
  readonly weights: number[][];
}

/** Trains a small net until so many epochs are done, from the newest checkpoint of this run. */
export async function continueTraining(run: string, epochs: number): Promise<TrainingReport> {
  const model = compiled();
  const saves = checkpoints(storageOf(run), { keepLast: 2, monitor: 'loss', mode: 'max' });
  const { epoch: from } = await saves.restore(model).catch(() => ({ epoch: 0 }));
  const [x, y] = [randomTensor([ROWS, 8], 1), randomTensor([ROWS, 3], 2)];
  const args = { initialEpoch: from, epochs, shuffle: false, verbose: 0 } as const;
  await model.fit(x, y, { ...args, callbacks: [saves] });
  return { from, weights: weightsOf(model) };
}

/** The epoch of the checkpoint that a run has in a place, and its weights. */
export async function checkpointIn(run: string, name: string): Promise<TrainingReport> {
  const model = compiled();
  const { epoch: from } = await loadCheckpoint(model, storageOf(run)(name));
  return { from, weights: weightsOf(model) };
}

export async function placesInIndexedDB(): Promise<string[]> {
  return Object.keys(await tf.io.listModels()).sort();
}

function compiled(): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential();
  model.add(bitLinear({ units: 16, inputShape: [8], kernelInitializer }));
  model.add(tf.layers.dense({ units: 3, kernelInitializer }));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return model;
}

const weightsOf = (model: tf.LayersModel) => model.getWeights().map((w) => [...w.dataSync()]);
