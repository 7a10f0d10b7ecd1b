/*
 * A quantisation-aware training step against the same step with tf.layers.dense.
 *
 *   npm run bench:training
 */
import * as tf from '@tensorflow/tfjs';
import { bitLinear } from 'tfjs-bitcore';
import { useFastestBackend } from '../examples/support/backend';
import { median } from '../examples/support/median';

const BATCH = 128;
const WIDTHS = [784, 1024, 1024, 10];
const ROUNDS = 7;

type MakeLayer = (units: number, args: { inputShape?: number[] }) => tf.layers.Layer;

function buildNet(makeLayer: MakeLayer): tf.Sequential {
  const [inputs, ...units] = WIDTHS;
  const model = tf.sequential();
  for (const [i, width] of units.entries()) {
    model.add(makeLayer(width, i === 0 ? { inputShape: [inputs!] } : {}));
  }
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return model;
}

async function timeStep(model: tf.Sequential, x: tf.Tensor, y: tf.Tensor): Promise<number> {
  const start = performance.now();
  await model.trainOnBatch(x, y);
  return performance.now() - start;
}

async function main() {
  const backend = await useFastestBackend(process.argv[2]);
  const dense = buildNet((units, args) => tf.layers.dense({ units, ...args }));
  const ternary = buildNet((units, args) => bitLinear({ units, ...args }));
  const x = tf.randomNormal([BATCH, WIDTHS[0]!]);
  const y = tf.randomNormal([BATCH, WIDTHS.at(-1)!]);
  const times = { dense: [] as number[], ternary: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const denseTime = await timeStep(dense, x, y);
    const ternaryTime = await timeStep(ternary, x, y);
    if (round === 0) continue; // warm-up
    times.dense.push(denseTime);
    times.ternary.push(ternaryTime);
  }
  const [denseMs, ternaryMs] = [median(times.dense), median(times.ternary)];
  console.log(
    `A step on ${backend}, batch ${BATCH}, ${WIDTHS.join('-')}, Adam; medians of ${ROUNDS}:`,
  );
  console.log(`  tf.layers.dense  ${denseMs.toFixed(1)} ms`);
  console.log(`  bitLinear        ${ternaryMs.toFixed(1)} ms`);
  console.log(`  ratio            ${(ternaryMs / denseMs).toFixed(3)}`);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
