import * as tf from '@tensorflow/tfjs';
import { bitConv2d, bitLinear } from 'tfjs-bitcore';
import {
  distill,
  learningRateSchedule,
  quantizationSchedule,
  seededBatches,
} from 'tfjs-bitcore/training';
import { buildCnn } from '../../examples/support/cnn';
import { buildNet } from '../../examples/support/net';
import { accuracy } from '../../examples/support/measure';
import type { LabelledImages } from '../../examples/support/images';
import type { NetName } from './options';
import type { Task } from './plan';
import { isPerPosition, QUANTIZERS } from './recipes';
import type { Run } from './results';

const BATCH_SIZE = 128;
const LEARNING_RATE = 1e-3;
/** A float net for students sees all examples, however few they see. */
export const FLOAT_EPOCHS = 3;

/** Rules that compute their scale: one that is learned means nothing before it is trained. */
const ROUNDING = ['bitnet', 'bitnet:perOutput', 'twn', 'twn:perOutput'];

export interface Data {
  readonly all: LabelledImages;
  /** Those to train on. */
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

export type OnStep = () => void;

export const needsFloatNet = ({ from, recipe }: Task) =>
  from === 'float' || recipe === 'distillation' || recipe === 'both';

/** Steps to train the net of a task, without those of the float net that it may need. */
export const stepsOf = ({ epochs, examples }: Task) => epochs * Math.ceil(examples / BATCH_SIZE);
export const floatSteps = ({ all }: Data) =>
  FLOAT_EPOCHS * Math.ceil(all.images.shape[0] / BATCH_SIZE);

/** A float net for students to start from and to learn from. */
export async function trainFloatNet(name: NetName, seed: number, { all }: Data, onStep: OnStep) {
  const net = netFor(name, 'float', seed);
  await fit(net, all, { seed, epochs: FLOAT_EPOCHS, recipe: 'plain' }, onStep);
  return net;
}

/** @param floatNet given where the task needs it. */
export async function runTask(
  task: Task,
  { train, test }: Data,
  floatNet: tf.LayersModel | undefined,
  onStep: OnStep,
): Promise<Run> {
  if (needsFloatNet(task) && floatNet == null) throw new Error('This task needs a float net.');
  const net = netFor(task.net, task.quantizer, task.seed);
  if (task.from === 'float' && floatNet != null) copyWeights(floatNet, net);
  const isTaught = task.recipe === 'distillation' || task.recipe === 'both';
  const trained = isTaught && floatNet != null ? distill(net, floatNet) : net;
  const start = performance.now();
  await fit(trained, train, task, onStep);
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  const run = {
    ...task,
    accuracy: percent(net, test),
    seconds,
    ...(floatNet == null ? {} : { floatAccuracy: percent(floatNet, test) }),
    ...(task.quantizer === 'float' ? { rounded: rounded(task.net, net, test) } : {}),
  };
  if (isTaught) trained.dispose();
  net.dispose();
  return run;
}

function netFor(name: NetName, quantizer: string, seed: number): tf.LayersModel {
  const kernelQuantizer = QUANTIZERS[quantizer];
  if (name === 'cnn') return cnnFor(quantizer, seed);
  if (kernelQuantizer == null) return buildNet((args) => tf.layers.dense(args), seed);
  return buildNet((args) => bitLinear({ ...args, kernelQuantizer }), seed);
}

function cnnFor(quantizer: string, seed: number): tf.LayersModel {
  const kernelQuantizer = QUANTIZERS[quantizer];
  if (kernelQuantizer == null) return buildCnn((args) => tf.layers.conv2d(args), seed);
  const per = isPerPosition(quantizer) ? 'position' : 'image';
  return buildCnn((args) => {
    const isPointwise = args.kernelSize === 1;
    const inputQuantizer = { name: 'int8', per: isPointwise ? per : 'image' } as const;
    return bitConv2d({ ...args, kernelQuantizer, inputQuantizer });
  }, seed);
}

/** Layer by layer, as a ternary layer takes a Dense layer's weights. */
function copyWeights(source: tf.LayersModel, target: tf.LayersModel): void {
  for (const [i, layer] of target.layers.entries()) {
    layer.setWeights(source.layers[i].getWeights());
  }
}

async function fit(
  model: tf.LayersModel,
  train: LabelledImages,
  { seed, epochs, recipe }: Pick<Task, 'seed' | 'epochs' | 'recipe'>,
  onStep: OnStep,
) {
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const callbacks: tf.Callback[] = [
    learningRateSchedule({ type: 'cosine', learningRate: LEARNING_RATE }),
    new tf.CustomCallback({
      onBatchEnd: () => Promise.resolve(onStep()),
    }) as unknown as tf.Callback,
  ];
  if (recipe === 'schedule' || recipe === 'both') {
    callbacks.push(quantizationSchedule({ type: 'logistic' }));
  }
  const batches = seededBatches(train.images, train.labels, { batchSize: BATCH_SIZE, seed });
  await model.fitDataset(batches, { epochs, callbacks, verbose: 0 });
}

function rounded(name: NetName, net: tf.LayersModel, test: LabelledImages): Record<string, number> {
  const entries = ROUNDING.map((quantizer) => {
    const copy = netFor(name, quantizer, 0);
    copyWeights(net, copy);
    const result = percent(copy, test);
    copy.dispose();
    return [quantizer, result] as const;
  });
  return Object.fromEntries(entries);
}

const percent = (net: tf.LayersModel, test: LabelledImages) =>
  Number((100 * accuracy(net, test)).toFixed(4));
