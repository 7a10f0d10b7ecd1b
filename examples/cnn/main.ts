/*
 * Trains a small residual net of convolutions, makes it ternary, trains it on, packs it, and compares accuracy, bytes
 * and time. It learns Fashion-MNIST where Debian's package `dataset-fashion-mnist` is installed, else the digits of
 * MNIST.
 *
 *   npm run example:cnn                              some ten minutes, with tfjs-node
 *   npm run example:cnn -- --distill --schedule      the ternary net learns from the float one, and step by step
 *   npm run example:cnn -- --examples 10000          faster and less accurate
 *   npm run example:cnn -- --mobilenet               packs a MobileNet with made-up weights, and times it
 *
 * Nets are saved in --out: what was stopped continues, and trained nets are used again.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { convert, deploy, planConversion, verify } from 'tfjs-bitcore';
import { useFastestBackend } from '../support/backend';
import { claimFolder } from '../support/claim_folder';
import { loadImages, type LabelledImages } from '../support/images';
import { accuracy } from '../support/measure';
import { packMobileNet } from './mobilenet';
import { trainedFloat, trainedTernary } from './nets';
import { parseOptions, type CnnOptions } from './options';
import { printTable, writeChart, type Row } from './report';
import { millisecondsOnWasm, save } from './saved_nets';

const ROUNDS = 200;
/** Images on which the outputs of the trained and the deployed net are compared, layer by layer. */
const VERIFIED_IMAGES = 256;

/** What the table shows, and whether the packed net computes what the trained one does. */
interface Results {
  readonly rows: Row[];
  readonly identical: boolean;
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  const results = options.mobilenet
    ? await packMobileNet(join(options.out, 'mobilenet'))
    : await trainAndPack(options);
  printTable(results.rows);
  const { identical } = results;
  console.log(
    `The deployed net ${identical ? 'is bit-identical to' : 'DIFFERS FROM'} its ternary one.`,
  );
  console.log(`The saved models are in ${options.out}.`);
  const text = JSON.stringify(results, null, 2) + '\n';
  if (options.json != null) await writeFile(options.json, text);
  if (!identical) process.exitCode = 1;
}

async function trainAndPack(options: CnnOptions): Promise<Results> {
  const { data, fashionFolder, out, filters, epochs, ternaryEpochs, seed } = options;
  const backend = await useFastestBackend(options.backend);
  const all = await loadImages(data, 'train', fashionFolder);
  const test = await loadImages(data, 't10k', fashionFolder);
  const examples = Math.min(options.examples ?? Infinity, all.images.shape[0]);
  claimFolder(out, { data, examples, filters, epochs, ternaryEpochs, seed });
  console.log(`Backend: ${backend}. A net learns ${data}.`);
  const training = firstOf(all, examples);

  // 1. A usual float net, and which of its layers become ternary.
  const float = await trainedFloat(options, training);
  console.log(`\n${planConversion(float)}\n`);

  // 2. Convert, and train on: the weights learn to be rounded.
  const rounded = convert(float); // it is not trained, to compare with
  const ternary = await trainedTernary(options, training, float);

  // 3. Pack the weights, and prove that the net still computes the same.
  const deployed = deploy(ternary);
  const seen = tf.slice(test.images, 0, Math.min(VERIFIED_IMAGES, test.images.shape[0]));
  const { identical, layers } = await verify(ternary, deployed, seen);
  const rows = await measure({ float, 'only rounded': rounded, ternary, deployed }, test, out);
  const chart = join(out, 'accuracy.svg');
  await writeChart(chart, rows);
  console.log(`Drawn: ${chart}.`);
  return { rows, identical: identical && layers.every((layer) => layer.identical) };
}

function firstOf({ images, labels }: LabelledImages, count: number): LabelledImages {
  return { images: tf.slice(images, 0, count), labels: tf.slice(labels, 0, count) };
}

/** Saves each net, and measures it. */
async function measure(
  nets: Readonly<Record<string, tf.LayersModel>>,
  test: LabelledImages,
  out: string,
): Promise<Row[]> {
  const rows: Array<Omit<Row, 'latencyMs'>> = [];
  for (const [net, model] of Object.entries(nets)) {
    rows.push({ net, accuracy: accuracy(model, test), bytes: await save(model, out, net) });
  }
  const milliseconds = await millisecondsOnWasm(out, Object.keys(nets), [784], ROUNDS);
  return rows.map((row, i) => ({ ...row, latencyMs: milliseconds[i] }));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
