/*
 * Trains a ternary net on MNIST, deploys it, and shows that nothing was lost on the way.
 *
 *   npm start                          trains for 6 epochs, a few minutes
 *   npm start -- --epochs 2            less accurate, sooner done
 *   npm start -- --json results.json   the figures for a program
 */
import { appendFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { SingleBar } from 'cli-progress';
import { Table } from 'console-table-printer';
import {
  bitLinear,
  deploy,
  learningRateSchedule,
  summary,
  trainingMetrics,
  verify,
} from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { useFastestBackend } from '../support/backend';
import { interleavedMedians } from '../support/median';
import { loadDigits, type Digits } from './data';

const BATCH_SIZE = 128;
const LEARNING_RATE = 1e-3;

const { values: options } = parseArgs({
  options: {
    epochs: { type: 'string', default: '6' },
    out: { type: 'string', default: 'models/mnist' },
    json: { type: 'string' },
  },
});

async function main() {
  const start = performance.now();
  const epochs = Number(options.epochs);
  const backend = await useFastestBackend();
  console.log(`Backend: ${backend}. Training 784-256-256-10 on 60,000 digits, ${epochs} epochs.`);
  const [train, test] = [await loadDigits('train'), await loadDigits('t10k')];

  // 1. A ternary net: bitLinear stands where tf.layers.dense stood.
  const model = buildNet((units, args) => bitLinear({ units, useBias: false, ...args }));
  await fit(model, train, epochs);

  // 2. Pack its weights, and prove that it still computes the same.
  const deployed = deploy(model);
  const { identical, layers } = await verify(model, deployed, test.images);
  summary(deployed);

  // 3. Save, and load with plain tfjs: importing tfjs-bitcore has registered the layer.
  const path = join(options.out, 'deployed');
  await deployed.save(folder(path));
  const reloaded = await tf.loadLayersModel(folder(path));

  // 4. Compare with the same net in float32.
  const float = buildNet((units, args) => tf.layers.dense({ units, useBias: false, ...args }));
  await float.save(folder(join(options.out, 'float32')));
  const results = {
    accuracy: {
      trained: accuracy(model, test),
      deployed: accuracy(deployed, test),
      reloaded: accuracy(reloaded, test),
    },
    identical: identical && layers.every((layer) => layer.identical),
    bytes: {
      float32: await weightBytes(join(options.out, 'float32')),
      deployed: await weightBytes(path),
      bitLinearFloat32: hiddenBytes(float, 'Dense'),
      bitLinearDeployed: hiddenBytes(deployed, 'BitLinear'),
    },
    latencyMs: latency(float, deployed, test),
    backend,
    epochs,
    seconds: Math.round((performance.now() - start) / 1000),
  };
  printTable(results, path);
  if (options.json != null) await writeFile(options.json, JSON.stringify(results, null, 2) + '\n');
}

type MakeLinear = (units: number, args: { inputShape?: number[] }) => tf.layers.Layer;

/** Two hidden layers of 256, each followed by a normalisation and a ReLU, and a float head. */
function buildNet(linear: MakeLinear): tf.Sequential {
  return tf.sequential({
    layers: [
      linear(256, { inputShape: [784] }),
      tf.layers.layerNormalization(),
      tf.layers.reLU(),
      linear(256, {}),
      tf.layers.layerNormalization(),
      tf.layers.reLU(),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
}

async function fit(model: tf.Sequential, { images, labels }: Digits, epochs: number) {
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const steps = epochs * Math.ceil(images.shape[0] / BATCH_SIZE);
  const bar = new SingleBar({
    format:
      'training {bar} {percentage} % | epoch {epoch}/{epochs} | loss {loss} | {eta_formatted} left',
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
  const schedule = learningRateSchedule({ type: 'cosine', learningRate: LEARNING_RATE });
  const metrics = trainingMetrics({ write: await lineWriter(join(options.out, 'training.jsonl')) });
  await model.fit(images, labels, {
    epochs,
    batchSize: BATCH_SIZE,
    verbose: 0,
    callbacks: [schedule, metrics, progress],
  });
  bar.stop();
}

/** Starts the file that `npm run report` draws. */
async function lineWriter(file: string): Promise<(line: string) => Promise<void>> {
  await mkdir(options.out, { recursive: true });
  await rm(file, { force: true });
  return (line) => appendFile(file, line);
}

/** Fraction of the test images whose largest score is that of the right digit. */
function accuracy(model: tf.LayersModel, { images, labels }: Digits): number {
  return tf.tidy(() => {
    const scores = model.predict(images, { batchSize: 500 }) as tf.Tensor2D;
    const right = tf.equal(tf.argMax(scores, 1), tf.cast(labels, 'int32'));
    return tf.sum(tf.cast(right, 'int32')).dataSync()[0]! / images.shape[0];
  });
}

async function weightBytes(path: string): Promise<number> {
  return (await stat(join(path, 'weights.bin'))).size;
}

/** Bytes of the two hidden layers: kernel, or packed kernel and scale. */
function hiddenBytes(model: tf.LayersModel, className: string): number {
  const hidden = model.layers.filter((layer) => layer.getClassName() === className).slice(0, 2);
  const shapes = hidden.flatMap((layer) => layer.weights.map((weight) => weight.shape as number[]));
  return 4 * shapes.reduce((total, shape) => total + tf.util.sizeFromShape(shape), 0);
}

/** Median milliseconds of a prediction for one image. */
function latency(float: tf.LayersModel, deployed: tf.LayersModel, { images }: Digits) {
  const image = tf.slice(images, [0, 0], [1, 784]);
  const predict = (model: tf.LayersModel) => () => {
    const scores = model.predict(image) as tf.Tensor;
    scores.dataSync();
    scores.dispose();
  };
  const [float32, packed] = interleavedMedians([predict(float), predict(deployed)], 200);
  return { float32: float32!, deployed: packed! };
}

interface Results {
  accuracy: { trained: number; deployed: number; reloaded: number };
  identical: boolean;
  bytes: { float32: number; deployed: number };
  latencyMs: { float32: number; deployed: number };
}

function printTable({ accuracy, identical, bytes, latencyMs }: Results, path: string) {
  const percent = (fraction: number) => `${(100 * fraction).toFixed(2)} %`;
  const table = new Table({
    columns: [
      { name: 'what', title: ' ', alignment: 'left' },
      { name: 'figure', title: 'ternary', alignment: 'right' },
      { name: 'float', title: 'same net in float32', alignment: 'right' },
    ],
  });
  table.addRows([
    { what: 'test accuracy, trained (float latent kernel)', figure: percent(accuracy.trained) },
    { what: 'test accuracy, deployed', figure: percent(accuracy.deployed) },
    { what: 'test accuracy, reloaded from disk', figure: percent(accuracy.reloaded) },
    { what: 'deployed bit-identical to trained', figure: identical ? 'yes' : 'NO' },
    {
      what: 'weights on disk, bytes',
      figure: bytes.deployed.toLocaleString('en-US'),
      float: bytes.float32.toLocaleString('en-US'),
    },
    {
      what: 'latency per image, ms',
      figure: latencyMs.deployed.toFixed(3),
      float: latencyMs.float32.toFixed(3),
    },
  ]);
  table.printTable();
  console.log(`The saved model is in ${path}.`);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
