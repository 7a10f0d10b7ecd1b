/*
 * Ternary products whose inputs have blocks of 4 zeros, with `skipZeroBlocks` and without, on one thread of wasm: those of a
 * block of ViT-Base with 197 rows (224 pixels) and 530 rows (322 pixels).
 *
 *   npm run bench:sparse                          every engine that works here
 *   npm run bench:sparse -- --shares 0,0.2 --rows 1,4,16
 */
import * as tf from '@tensorflow/tfjs';
import { Command } from 'commander';
import { engineInfo, packTernary, ternaryMatMul, type EngineName } from 'tfjs-bitcore';
import { startBackend } from './hosts/tfjs';
import { printTable, type Cells } from './support/tables';

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

/** Random inputs, of which a share of the blocks of 4 is zero. */
function sparseInputs(rows: number, inFeatures: number, share: number): tf.Tensor2D {
  return tf.tidy(() => {
    const blocks = tf.randomUniform([rows, inFeatures / 4, 1], 0, 1, 'float32', 7);
    const kept = tf.cast(tf.greaterEqual(blocks, share), 'float32');
    const x = tf.randomNormal([rows, inFeatures / 4, 4], 0, 1, 'float32', 8);
    return tf.reshape<tf.Rank.R2>(tf.mul(x, kept), [rows, inFeatures]);
  });
}

/**
 * The least milliseconds of processor time of each product, run in turn. Unlike times by the clock, they tell how much work
 * a product is on a machine where other programs run.
 */
function leastTimes(products: Array<() => tf.Tensor>, rounds: number): number[] {
  const times = products.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    for (const [i, product] of products.entries()) {
      const start = process.cpuUsage();
      product().dispose();
      const { user, system } = process.cpuUsage(start);
      times[i] = Math.min(times[i], (user + system) / 1000);
    }
  }
  return times;
}

/** Milliseconds of the dense product and of the one that skips. */
function measure(rows: number, [k, n]: readonly [number, number], share: number, rounds: number) {
  const x = sparseInputs(rows, k, share);
  const ternary = tf.randomUniform<tf.Rank.R2>([k, n], -1, 2, 'int32').toFloat() as tf.Tensor2D;
  const packed = packTernary(ternary);
  const scale = tf.tensor1d([0.02]);
  const [dense, sparse] = [false, true].map((skipZeroBlocks) => {
    return () => ternaryMatMul({ x, packed, scale, skipZeroBlocks });
  });
  const areEqual = tf.tidy(() => tf.all(tf.equal(dense(), sparse())).dataSync()[0]);
  if (areEqual !== 1) throw new Error(`${rows} x ${k} x ${n}, ${share}: other outputs.`);
  const times = leastTimes([dense, sparse], rounds);
  tf.dispose([x, ternary, packed, scale]);
  return times;
}

function printTableOf(engine: EngineName, rows: number, shares: readonly number[], rounds: number) {
  const sums = shares.map(() => [0, 0]);
  const row = (product: string, times: readonly number[][]): Cells =>
    Object.fromEntries([
      ['product', product],
      ...times.map((pair, i): [string, string] => [zeros(shares[i]), text(pair)]),
    ]);
  const cells = PRODUCTS.map((shape) => {
    const times = shares.map((share) => measure(rows, shape, share, rounds));
    times.forEach((pair, i) => pair.forEach((time, j) => (sums[i][j] += time)));
    return row(shape.join(' -> '), times);
  });
  printTable(`${engine}, ${rows} rows: ms without and with skipZeroBlocks`, [
    ...cells,
    row('all four', sums),
  ]);
}

const zeros = (share: number) => `${100 * share} % zero`;

const text = ([dense, sparse]: readonly number[]) =>
  `${dense.toFixed(2)} / ${sparse.toFixed(2)} = ${(dense / sparse).toFixed(2)}`;

const numbers = (list: string) => list.split(',').map(Number);

interface Options {
  readonly shares: number[];
  readonly rows: number[];
  readonly rounds: number;
  readonly engines: EngineName[];
}

async function main() {
  const program = new Command()
    .option('--shares <list>', 'shares of the blocks that are zero', numbers, [0, 0.2, 0.4, 0.6])
    .option('--rows <list>', 'rows', numbers, [197, 530])
    .option('--rounds <count>', 'turns of each product', Number, 15)
    .option('--engines <list>', 'engines', (list) => list.split(','), Object.keys(FLAGS))
    .parse();
  const { shares, rows, rounds, engines } = program.opts<Options>();
  await startBackend('wasm');
  tf.env().set('BITCORE_THREADS', 1);
  for (const engine of engines) {
    tf.env().set('BITCORE_USE_RELAXED_SIMD', true);
    tf.env().set('BITCORE_RELAXED_DOT', 0);
    if (engineInfo().engines[engine] !== 'works') continue;
    for (const [flag, value] of Object.entries(FLAGS[engine] ?? {})) tf.env().set(flag, value);
    for (const count of rows) printTableOf(engine, count, shares, rounds);
  }
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
