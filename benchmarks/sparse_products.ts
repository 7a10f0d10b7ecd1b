/*
 * A sparsity gate of blocks of 4 with the ternary product that skips what it dropped, against the product alone, on one thread
 * of wasm: those of a block of ViT-Base with 197 rows (224 pixels) and 530 rows (322 pixels). Then the whole net of TAT-VPR.
 *
 *   npm run bench:sparse                          every engine that works here: some five minutes; keep the machine quiet
 *   npm run bench:sparse -- --shares 0.2,0.4 --rows 1,4,16
 *   npm run bench:sparse -- --markdown docs/sparse.md
 */
import * as tf from '@tensorflow/tfjs';
import { Command } from 'commander';
import {
  deploy,
  engineInfo,
  packTernary,
  setSparsity,
  sparsityGate,
  ternaryMatMul,
  type EngineName,
} from 'tfjs-bitcore';
import { tatBase, type PublishedTransformerOptions } from 'tfjs-bitcore/vision';
import { writeMarkdown } from '../examples/support/document';
import { commandLine, machine } from '../examples/support/machine';
import { median } from '../examples/support/median';
import { startBackend } from './hosts/tfjs';
import { progressBar } from './support/progress_bar';
import { markdownTable, printTable, type Cells } from './support/tables';

/** Inputs and outputs of the products of a block. */
const PRODUCTS = [
  [768, 2304],
  [768, 768],
  [768, 3072],
  [3072, 768],
] as const;

/** Flags that leave only one engine. */
const FLAGS: Partial<Record<EngineName, Record<string, boolean | number>>> = {
  relaxedDot16: { BITCORE_RELAXED_DOT: 16 },
  relaxedDot32: { BITCORE_RELAXED_DOT: 32 },
  simd128: { BITCORE_USE_RELAXED_SIMD: false },
};

/** The median milliseconds of each, run in turn; the first turn warms up. */
function medianTimes(subjects: ReadonlyArray<() => tf.Tensor>, rounds: number): number[] {
  const times = subjects.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      const start = performance.now();
      subject().dispose();
      if (round > 0) times[i].push(performance.now() - start);
    }
  }
  return times.map(median);
}

/** Milliseconds of the product without a gate, and of the gate with the product that skips. */
function measure(rows: number, [k, n]: readonly [number, number], share: number, rounds: number) {
  const x = tf.randomNormal<tf.Rank.R2>([rows, k], 0, 1, 'float32', 8);
  const ternary = tf.randomUniform<tf.Rank.R2>([k, n], -1, 2, 'int32').toFloat() as tf.Tensor2D;
  const packed = packTernary(ternary);
  const scale = tf.tensor1d([0.02]);
  const gate = sparsityGate({ sparsity: share, scope: 'block4' });
  const dense = () => ternaryMatMul({ x, packed, scale });
  const gated = (skipZeroBlocks: boolean) =>
    tf.tidy(() => {
      const kept = gate.apply(x) as tf.Tensor2D;
      return ternaryMatMul({ x: kept, packed, scale, skipZeroBlocks });
    });
  const areEqual = tf.tidy(() => tf.all(tf.equal(gated(false), gated(true))).dataSync()[0]);
  if (areEqual !== 1) throw new Error(`${rows} x ${k} x ${n}, ${share}: other outputs.`);
  const times = medianTimes([dense, () => gated(true)], rounds);
  tf.dispose([x, ternary, packed, scale]);
  return times;
}

/** `tatBase` with int8 inputs, without which nothing can be skipped: without gates, and with them. */
interface Nets {
  readonly plain: tf.LayersModel;
  readonly gated: tf.LayersModel;
}

function deployedNet(options: PublishedTransformerOptions): tf.LayersModel {
  const trained = tatBase({ ...options, inputQuantizer: 'int8' });
  const deployed = deploy(trained);
  trained.dispose();
  return deployed;
}

/** Milliseconds of an image through the net without gates, and with them at each share. */
function measureNet({ plain, gated }: Nets, shares: readonly number[], rounds: number): Cells {
  const x = tf.randomNormal([1, 224, 224, 3], 0, 1, 'float32', 9);
  const subjects = shares.map((share) => () => {
    setSparsity(gated, share);
    return gated.predict(x) as tf.Tensor;
  });
  const [dense, ...sparse] = medianTimes(
    [() => plain.predict(x) as tf.Tensor, ...subjects],
    rounds,
  );
  x.dispose();
  return Object.fromEntries(shares.map((share, i) => [zeros(share), text([dense, sparse[i]])]));
}

/** The cells of each product and of all; `progress` is called after each product. */
function cellsOf(
  engine: EngineName,
  { rows, shares, rounds }: Pick<Options, 'shares' | 'rounds'> & { rows: number },
  progress: () => void,
): Cells[] {
  const sums = shares.map(() => [0, 0]);
  const row = (product: string, times: readonly number[][]): Cells =>
    Object.fromEntries([
      ['engine', engine],
      ['rows', `${rows}`],
      ['product', product],
      ...times.map((pair, i): [string, string] => [zeros(shares[i]), text(pair)]),
    ]);
  const cells = PRODUCTS.map((shape) => {
    const times = shares.map((share) => measure(rows, shape, share, rounds));
    times.forEach((pair, i) => pair.forEach((time, j) => (sums[i][j] += time)));
    progress();
    return row(shape.join(' -> '), times);
  });
  return [...cells, row('all four', sums)];
}

const zeros = (share: number) => `${Math.round(100 * share)} % zero`;

const text = ([dense, sparse]: readonly number[]) =>
  `${dense.toFixed(2)} / ${sparse.toFixed(2)} = ${(dense / sparse).toFixed(2)}`;

const numbers = (list: string) => list.split(',').map(Number);

interface Options {
  readonly shares: number[];
  readonly rows: number[];
  readonly rounds: number;
  readonly engines: EngineName[];
  readonly markdown?: string;
}

const markdown = (products: readonly Cells[], nets: readonly Cells[]) => `# Sparse products

Made by \`${commandLine('bench:sparse')}\` on ${machine()}, with Node ${process.versions.node}.

The ternary products of a block of ViT-Base on one thread of the backend \`wasm\`: milliseconds of the product alone, those
of a [sparsity gate](guides/layer.md#sparsity-gate) of scope \`'block4'\` together with the product that skips what it
dropped, and the first divided by the second. Times are medians by the clock, taken in turns.

${markdownTable(products)}

An image of 224 pixels through the deployed \`tatBase\` with int8 inputs, without gates and with them:

${markdownTable(nets)}
`;

/** Leaves only this engine, and tells whether it works here. */
function useEngine(engine: EngineName): boolean {
  tf.env().set('BITCORE_USE_RELAXED_SIMD', true);
  tf.env().set('BITCORE_RELAXED_DOT', 0);
  for (const [flag, value] of Object.entries(FLAGS[engine] ?? {})) tf.env().set(flag, value);
  return engineInfo().engines[engine] === 'works';
}

function readOptions(): Options {
  return new Command('npm run bench:sparse --')
    .description('Times sparsity gates with the products that skip what they drop.')
    .option('--shares <list>', 'shares of the blocks that are zero', numbers, [0.4, 0.6])
    .option('--rows <list>', 'rows', numbers, [197, 530])
    .option('--rounds <count>', 'turns of each product, and of each net', Number, 15)
    .option('--engines <list>', 'engines', (list) => list.split(','), Object.keys(FLAGS))
    .option('--markdown <file>', 'write the tables to a file too')
    .parse()
    .opts<Options>();
}

async function main() {
  const options = readOptions();
  await startBackend('wasm');
  tf.env().set('BITCORE_THREADS', 1);
  const engines = options.engines.filter(useEngine);
  const bar = progressBar(2 + engines.length * (options.rows.length * PRODUCTS.length + 1));
  const step = (task: string) => bar.increment({ task });
  const build = (name: string, net: PublishedTransformerOptions) => {
    const deployed = deployedNet(net);
    step(`built ${name}`);
    return deployed;
  };
  const products: Cells[] = [];
  const nets: Cells[] = [];
  try {
    const plain = build('tatBase', {});
    const gated = build('tatBase with gates', { gate: { scope: 'block4' } });
    for (const engine of engines) {
      useEngine(engine);
      for (const rows of options.rows) {
        products.push(
          ...cellsOf(engine, { ...options, rows }, () => step(`${engine}, ${rows} rows`)),
        );
      }
      const shares = [0, ...options.shares.filter((share) => share > 0)];
      nets.push({ engine, ...measureNet({ plain, gated }, shares, options.rounds) });
      step(`${engine}, tatBase`);
    }
  } finally {
    bar.stop();
  }
  printTable('ms of the product alone / of gate and product', products);
  printTable('ms of tatBase without gates / with them', nets);
  if (options.markdown) await writeMarkdown(options.markdown, markdown(products, nets));
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
