/*
 * Trains a ternary net on MNIST, deploys it, and shows that nothing was lost on the way.
 *
 *   npm start                          trains for 6 epochs, a few minutes
 *   npm start -- --epochs 2            faster and less accurate
 *   npm start -- --json results.json   the figures for a program
 */
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Command } from 'commander';
import { bitLinear, deploy, summary, verify } from 'tfjs-bitcore';
import { trainingMetrics } from 'tfjs-bitcore/training';
import { folder } from 'tfjs-bitcore/folder';
import { useFastestBackend } from '../support/backend';
import { accuracy, latencies, weightBytes } from '../support/measure';
import { loadImages } from '../support/images';
import { buildNet } from '../support/net';
import { numberBetween } from '../support/number_between';
import { train } from '../support/training';
import { newTable } from '../support/table';

/** The seed of the initial weights. */
const SEED = 1;

interface Options {
  epochs: number;
  out: string;
  json?: string;
}

const options = new Command('npm start --')
  .description('Trains a ternary net on the digits of MNIST, deploys it and saves both nets.')
  .option('--epochs <number>', 'epochs of training, some 20 seconds each', numberBetween(1), 6)
  .option('--out <folder>', 'where the nets are saved; they replace earlier ones', 'models/mnist')
  .option('--json <file>', 'writes the figures for a program')
  .parse()
  .opts<Options>();

async function main() {
  const start = performance.now();
  const { epochs } = options;
  const backend = await useFastestBackend();
  console.log(`Backend: ${backend}. Training 784-256-256-10 on 60,000 digits, epochs: ${epochs}.`);
  const [digits, test] = [await loadImages('mnist', 'train'), await loadImages('mnist', 't10k')];

  // 1. A ternary net: bitLinear in the place of tf.layers.dense.
  const model = buildNet(bitLinear, SEED);
  const metrics = trainingMetrics({ write: await lineWriter(join(options.out, 'training.jsonl')) });
  await train(model, digits, { epochs, callbacks: [metrics] });

  // 2. Pack its weights, and prove that it still computes the same.
  const deployed = deploy(model);
  const { identical, layers } = await verify(model, deployed, test.images);
  console.log(`${summary(deployed)}`);

  // 3. Save, and load with plain tfjs: importing tfjs-bitcore has registered the layer.
  const [trainedPath, path] = [join(options.out, 'trained'), join(options.out, 'deployed')];
  await model.save(folder(trainedPath));
  await deployed.save(folder(path));
  const reloaded = await tf.loadLayersModel(folder(path));

  // 4. Compare with float32: the latency of such a net, and the bytes of the float kernels trained here.
  const float = buildNet(tf.layers.dense, SEED, tf.layers.layerNormalization);
  const [floatMs, deployedMs] = latencies([float, deployed], test);
  const results = {
    accuracy: {
      trained: accuracy(model, test),
      deployed: accuracy(deployed, test),
      reloaded: accuracy(reloaded, test),
    },
    identical: identical && layers.every((layer) => layer.identical),
    bytes: {
      float32: await weightBytes(trainedPath),
      deployed: await weightBytes(path),
      bitLinearFloat32: hiddenBytes(float, 'Dense'),
      bitLinearDeployed: hiddenBytes(deployed, 'BitLinear'),
    },
    latencyMs: { float32: floatMs, deployed: deployedMs },
    backend,
    epochs,
    seconds: Math.round((performance.now() - start) / 1000),
  };
  printTable(results);
  printNext(trainedPath, path, results.seconds);
  if (options.json != null) await writeFile(options.json, JSON.stringify(results, null, 2) + '\n');
}

/** Starts the file that `npm run report` draws. */
async function lineWriter(file: string): Promise<(line: string) => Promise<void>> {
  await mkdir(options.out, { recursive: true });
  await rm(file, { force: true });
  return (line) => appendFile(file, line);
}

/** Bytes of the two hidden layers: kernel, or packed kernel and scale. */
function hiddenBytes(model: tf.LayersModel, className: string): number {
  const hidden = model.layers.filter((layer) => layer.getClassName() === className).slice(0, 2);
  const shapes = hidden.flatMap((layer) => layer.weights.map((weight) => weight.shape as number[]));
  return 4 * shapes.reduce((total, shape) => total + tf.util.sizeFromShape(shape), 0);
}

interface Results {
  accuracy: { trained: number; deployed: number; reloaded: number };
  identical: boolean;
  bytes: { float32: number; deployed: number };
  latencyMs: { float32: number; deployed: number };
}

function printTable({ accuracy, identical, bytes, latencyMs }: Results) {
  const percent = (fraction: number) => `${(100 * fraction).toFixed(2)} %`;
  const table = newTable({
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
    {
      what: 'times faster than float32, one image',
      figure: (latencyMs.float32 / latencyMs.deployed).toFixed(2),
    },
  ]);
  table.printTable();
}

function printNext(trained: string, deployed: string, seconds: number) {
  console.log(`Done in ${seconds} s. Saved: ${trained}, to train further, and ${deployed}, packed.
See its training:  npm run report -- ${join(options.out, 'training.jsonl')}
Serve it:          npm run serve -- ${deployed} --name mnist`);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
