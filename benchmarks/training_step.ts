/*
 * A quantization-aware training step with each quantizer, against the same step with tf.layers.dense.
 *
 *   npm run bench:training                        tfjs-node (npm run setup:tfjs-node) and wasm, a minute
 *   npm run bench:training -- --backends wasm --markdown training_step.md
 */
import * as tf from '@tensorflow/tfjs';
import { SingleBar } from 'cli-progress';
import { Command, Option } from 'commander';
import { bitLinear } from 'tfjs-bitcore';
import { useFastestBackend } from '../examples/support/backend';
import { median } from '../examples/support/median';
import { writeMarkdown } from '../examples/support/document';
import { commandLine, machine } from '../examples/support/machine';
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

interface Subject {
  readonly name: string;
  readonly model: tf.Sequential;
  readonly times: number[];
}

type MakeLayer = (args: { units: number; inputShape?: number[] }) => tf.layers.Layer;

function subject(name: string, makeLayer: MakeLayer): Subject {
  const [inputs, ...units] = WIDTHS;
  const model = tf.sequential();
  for (const [i, width] of units.entries()) {
    model.add(makeLayer({ units: width, ...(i === 0 ? { inputShape: [inputs] } : {}) }));
  }
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return { name, model, times: [] };
}

const subjects = () => [
  subject('tf.layers.dense', (args) => tf.layers.dense(args)),
  ...QUANTIZERS.map((kernelQuantizer) =>
    subject(`bitLinear, ${kernelQuantizer}`, (args) => bitLinear({ ...args, kernelQuantizer })),
  ),
];

/** All subjects in turn, so that a slow spell of the machine hits all; the first round warms up. */
async function measure(backend: string, bar: SingleBar): Promise<Cells[]> {
  await useFastestBackend(backend);
  const all = subjects();
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
  return cellsOf(backend, all);
}

function cellsOf(backend: string, all: readonly Subject[]): Cells[] {
  const dense = median(all[0].times);
  return all.map(({ name, times }) => ({
    backend,
    layer: name,
    ms: milliseconds(median(times), [quantile(times, 0.25), quantile(times, 0.75)]),
    'of the dense step': (median(times) / dense).toFixed(3),
  }));
}

const markdown = (cells: readonly Cells[]) => `# A training step

Made by \`${commandLine('bench:training')}\` on ${machine()}.

A step is forward, backward and Adam on a batch of ${BATCH}, in a net ${WIDTHS.join(' - ')}. Times are medians of
${ROUNDS} steps of each in turn, with the quartiles in brackets, on \`tensorflow\` (tfjs-node, all cores) and \`wasm\`
(one thread).

${markdownTable(cells)}
`;

async function main() {
  const { backends, markdown: file } = new Command('npm run bench:training --')
    .description(
      'Times a training step with each quantizer, against the same step with tf.layers.dense.',
    )
    .addOption(
      new Option('--backends <names...>')
        .choices(['tensorflow', 'wasm'])
        .default(['tensorflow', 'wasm']),
    )
    .option('--markdown <file>', 'write the table to a file too')
    .parse()
    .opts<Options>();
  const steps = backends.length * (QUANTIZERS.length + 1) * (ROUNDS + 1);
  const format = '{bar} {percentage} % {duration_formatted} {task}';
  const bar = new SingleBar({ format, stream: process.stderr });
  bar.start(steps, 0, { task: 'starting' });
  const cells: Cells[] = [];
  for (const backend of backends) cells.push(...(await measure(backend, bar)));
  bar.stop();
  printTable(`A training step, batch ${BATCH}, ${WIDTHS.join('-')}, Adam`, cells);
  if (file) await writeMarkdown(file, markdown(cells));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
