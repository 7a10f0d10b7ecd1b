/*
 * A quantization-aware training step with each quantizer, against the same step with tf.layers.dense, and with
 * layerNormalization, against the same step with that of tfjs.
 *
 *   npm run bench:training                        tfjs-node (npm run setup:tfjs-node) and wasm, a minute
 *   npm run bench:training -- --backends wasm --markdown training_step.md
 */
import * as tf from '@tensorflow/tfjs';
import type { SingleBar } from 'cli-progress';
import { Command, Option } from 'commander';
import { bitLinear } from 'tfjs-bitcore';
import { useFastestBackend } from '../examples/support/backend';
import { median } from '../examples/support/median';
import { writeMarkdown } from '../examples/support/document';
import { commandLine, machine } from '../examples/support/machine';
import { buildNet } from '../examples/support/net';
import { progressBar } from './support/progress_bar';
import { quantile } from './support/statistics';
import { markdownTable, milliseconds, printTable, type Cells } from './support/tables';

const BATCH = 128;
const WIDTHS = [784, 1024, 1024, 10];
const ROUNDS = 25;
const QUANTIZERS = ['bitnet', 'twn', 'paretoq', 'lsq'];

interface Options {
  readonly backends: string[];
  readonly markdown?: string;
}

interface Net {
  readonly name: string;
  make(): tf.Sequential;
}

/** Nets of the same widths; all are compared with the first. */
interface Comparison {
  readonly title: string;
  readonly nets: readonly Net[];
}

interface Subject {
  readonly name: string;
  readonly model: tf.Sequential;
  readonly times: number[];
}

type MakeLayer = (args: { units: number; inputShape?: number[] }) => tf.layers.Layer;

const COMPARISONS: readonly Comparison[] = [
  {
    title: `${WIDTHS.join('-')}, linear layers alone`,
    nets: [
      { name: 'tf.layers.dense', make: () => linearNet(tf.layers.dense) },
      ...QUANTIZERS.map((kernelQuantizer) => ({
        name: `bitLinear, ${kernelQuantizer}`,
        make: () => linearNet((args) => bitLinear({ ...args, kernelQuantizer })),
      })),
    ],
  },
  {
    title: '784-256-256-10 of bitLinear, with normalizations',
    nets: [
      {
        name: 'tf.layers.layerNormalization',
        make: () => buildNet(bitLinear, 1, tf.layers.layerNormalization),
      },
      { name: 'layerNormalization', make: () => buildNet(bitLinear, 1) },
    ],
  },
];

function linearNet(makeLayer: MakeLayer): tf.Sequential {
  const [inputs, ...units] = WIDTHS;
  const model = tf.sequential();
  for (const [i, width] of units.entries()) {
    model.add(makeLayer({ units: width, ...(i === 0 ? { inputShape: [inputs] } : {}) }));
  }
  return model;
}

function start({ name, make }: Net): Subject {
  const model = make();
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return { name, model, times: [] };
}

/** All subjects in turn, so that a slow spell of the machine hits all; the first round warms up. */
async function measure(backend: string, comparison: Comparison, bar: SingleBar): Promise<Cells[]> {
  await useFastestBackend(backend);
  const all = comparison.nets.map(start);
  const x = tf.randomNormal([BATCH, WIDTHS[0]]);
  const y = tf.randomNormal([BATCH, WIDTHS[WIDTHS.length - 1]]);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { model, times, name } of all) {
      const start = performance.now();
      await model.trainOnBatch(x, y);
      if (round > 0) times.push(performance.now() - start);
      bar.increment({ task: `${backend}: ${name}` });
    }
  }
  tf.dispose([x, y]);
  for (const { model } of all) model.dispose();
  return cellsOf(backend, comparison, all);
}

function cellsOf(backend: string, { title }: Comparison, all: readonly Subject[]): Cells[] {
  const first = median(all[0].times);
  return all.map(({ name, times }) => ({
    net: title,
    backend,
    layer: name,
    ms: milliseconds(median(times), [quantile(times, 0.25), quantile(times, 0.75)]),
    'of the first': (median(times) / first).toFixed(3),
  }));
}

const markdown = (cells: readonly Cells[]) => `# A training step

Made by \`${commandLine('bench:training')}\` on ${machine()}.

A step is forward, backward and Adam on a batch of ${BATCH}. The nets differ in the layer that is named, and each is
compared with the first of its kind. Times are medians of ${ROUNDS} steps of each in turn, with the quartiles in
brackets, on \`tensorflow\` (tfjs-node, all cores) and \`wasm\` (one thread).

${markdownTable(cells)}
`;

async function main() {
  const { backends, markdown: file } = new Command('npm run bench:training --')
    .description(
      'Times a training step with each quantizer and normalization, against the same step of tfjs.',
    )
    .addOption(
      new Option('--backends <names...>')
        .choices(['tensorflow', 'wasm'])
        .default(['tensorflow', 'wasm']),
    )
    .option('--markdown <file>', 'write the table to a file too')
    .parse()
    .opts<Options>();
  const turns = COMPARISONS.reduce((total, { nets }) => total + nets.length, 0);
  const bar = progressBar(backends.length * turns * (ROUNDS + 1));
  const cells: Cells[] = [];
  try {
    for (const comparison of COMPARISONS) {
      for (const backend of backends) cells.push(...(await measure(backend, comparison, bar)));
    }
  } finally {
    bar.stop();
  }
  printTable(`A training step, batch ${BATCH}, Adam`, cells);
  if (file) await writeMarkdown(file, markdown(cells));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
