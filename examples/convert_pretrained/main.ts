/*
 * Makes a trained float net ternary, and shows what rounding alone costs, what fine-tuning restores, and
 * that deployment loses nothing. It learns Fashion-MNIST where Debian's package `dataset-fashion-mnist` is
 * installed, else the digits of MNIST.
 *
 *   npm run example:convert                                         some minutes
 *   npm run example:convert -- --data mnist                         the digits in any case
 *   npm run example:convert -- --epochs 2 --fine-tune-epochs 1      faster and less accurate
 *   npm run example:convert -- --json results.json                  the figures for a program
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Command, Option } from 'commander';
import { convert, deploy, planConversion, sensitivity, verify } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { useFastestBackend } from '../support/backend';
import { FASHION_FOLDER, loadImages, type ImageSet } from '../support/images';
import { accuracy, latencies, weightBytes } from '../support/measure';
import { buildNet } from '../support/net';
import { numberBetween } from '../support/number_between';
import { train } from '../support/training';
import { newTable } from '../support/table';

/** Images that show how sensitive each layer is; labels are not needed. */
const SAMPLES = 300;

/** The seed of the initial weights. */
const SEED = 1;

interface Options {
  data: ImageSet;
  epochs: number;
  fineTuneEpochs: number;
  out: string;
  json?: string;
}

const installed = existsSync(FASHION_FOLDER) ? 'fashion' : 'mnist';
const options = new Command('npm run example:convert --')
  .description('Makes a trained float net ternary.')
  .addOption(new Option('--data <name>').choices(['mnist', 'fashion']).default(installed))
  .option('--epochs <number>', 'epochs of the float net', numberBetween(1), 8)
  .option('--fine-tune-epochs <number>', 'epochs of the ternary net', numberBetween(1), 2)
  .option('--out <folder>', 'where the nets are saved', 'models/convert_pretrained')
  .option('--json <file>', 'writes the figures for a program')
  .parse()
  .opts<Options>();

async function main() {
  const backend = await useFastestBackend();
  const [training, test] = [
    await loadImages(options.data, 'train'),
    await loadImages(options.data, 't10k'),
  ];
  console.log(`Backend: ${backend}. A float net 784-256-256-10 learns ${options.data}.`);

  // 1. A usual float net. The normalizations before its ReLUs will suit ternary layers.
  const float = buildNet(tf.layers.dense, SEED, tf.layers.layerNormalization);
  await train(float, training, { epochs: options.epochs });

  // 2. Which layers would become ternary, and what that does to the outputs.
  const conversion = { kernelQuantizer: 'twn' };
  console.log(`\n${planConversion(float, conversion)}\n`);
  const samples = tf.slice(training.images, 0, SAMPLES);
  console.log(`${await sensitivity(float, samples, conversion)}`);

  // 3. Convert. The weights are those of the float net; only the forward pass rounds them.
  const fineTuned = convert(float, conversion);
  const converted = convert(float, conversion); // one more, which is not trained, to compare with
  console.log(`\nRight after conversion: ${percent(accuracy(converted, test))}.`);

  // 4. Fine-tune, at a lower rate: the weights learn to be rounded.
  const epochs = options.fineTuneEpochs;
  await train(fineTuned, training, { epochs, title: 'fine-tuning', learningRate: 5e-4 });

  // 5. Pack the weights, and prove that the net still computes the same.
  const deployed = deploy(fineTuned);
  const { identical, layers } = await verify(fineTuned, deployed, test.images);
  const rows = await measure({ float, converted, 'fine-tuned': fineTuned, deployed }, test);
  const same = identical && layers.every((layer) => layer.identical);
  printTable(rows);
  console.log(
    `The deployed net ${same ? 'is bit-identical to' : 'DIFFERS FROM'} the fine-tuned one.`,
  );
  console.log(`The saved models are in ${options.out}.`);
  if (options.json == null) return;
  const results = { data: options.data, backend, identical: same, rows };
  await writeFile(options.json, JSON.stringify(results, null, 2) + '\n');
}

interface Row {
  net: string;
  accuracy: number;
  /** Of the weights on disk. */
  bytes: number;
  latencyMs: number;
}

/** Saves each net, and measures it. */
async function measure(
  nets: Record<string, tf.LayersModel>,
  test: Parameters<typeof accuracy>[1],
): Promise<Row[]> {
  const times = latencies(Object.values(nets), test);
  const rows: Row[] = [];
  for (const [i, [net, model]] of Object.entries(nets).entries()) {
    const path = join(options.out, net);
    await model.save(folder(path));
    const bytes = await weightBytes(path);
    rows.push({ net, accuracy: accuracy(model, test), bytes, latencyMs: times[i] });
  }
  return rows;
}

function printTable(rows: Row[]) {
  const table = newTable({
    columns: [
      { name: 'net', alignment: 'left' },
      { name: 'accuracy', title: 'test accuracy', alignment: 'right' },
      { name: 'bytes', title: 'weights on disk, bytes', alignment: 'right' },
      { name: 'latency', title: 'latency per image, ms', alignment: 'right' },
    ],
  });
  for (const { net, accuracy, bytes, latencyMs } of rows) {
    table.addRow({
      net,
      accuracy: percent(accuracy),
      bytes: bytes.toLocaleString('en-US'),
      latency: latencyMs.toFixed(3),
    });
  }
  table.printTable();
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`;
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
