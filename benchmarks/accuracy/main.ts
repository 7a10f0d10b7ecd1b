/*
 * The accuracy of every quantizer on MNIST or Fashion-MNIST. A run that was finished is not repeated:
 * stop it at any time, and start it again with more seeds or quantizers.
 *
 *   npm run reproduce                                                   MNIST, all quantizers, 3 seeds
 *   npm run reproduce -- --data fashion --quantizers float bitnet
 *   npm run reproduce -- --net cnn --data fashion --epochs 8            a net of convolutions
 *   npm run reproduce -- --from float --epochs 2 --recipes plain schedule distillation both
 */
import * as tf from '@tensorflow/tfjs';
import { SingleBar } from 'cli-progress';
import { useFastestBackend } from '../../examples/support/backend';
import { loadImages } from '../../examples/support/images';
import { machine } from '../../examples/support/machine';
import { parseOptions, type Options } from './options';
import { plan, type Task } from './plan';
import { writeReport } from './report';
import { appendRun, keyOf, readRuns, type Run } from './results';
import {
  floatSteps,
  needsFloatNet,
  runTask,
  stepsOf,
  trainFloatNet,
  type Data,
  type OnStep,
} from './training';

async function main() {
  const options = parseOptions(process.argv.slice(2));
  const runs = await readRuns(options.results);
  const backend = await useFastestBackend(options.backend);
  const data = await loadData(options);
  const tasks = plan(options, data.train.images.shape[0]);
  const finished = new Set(runs.map(keyOf));
  const pending = tasks.filter((task) => !finished.has(keyOf(task)));
  console.log(
    `Backend: ${backend}. ${tasks.length} runs, ${tasks.length - pending.length} finished before.`,
  );
  const place = `${backend} on ${machine()}`;
  await trainAll(pending, data, (run) => appendRun(options.results, { ...run, place }));
  const all = await readRuns(options.results);
  await writeReport(all, options.out);
  console.log(`Written: accuracy.md and accuracy.svg in ${options.out}, from ${all.length} runs.`);
}

async function loadData({ data, examples, fashionFolder }: Options): Promise<Data> {
  const all = await loadImages(data, 'train', fashionFolder);
  const count = Math.min(examples ?? Infinity, all.images.shape[0]);
  const train = {
    images: tf.slice(all.images, 0, count),
    labels: tf.slice(all.labels, 0, count),
  };
  return { all, train, test: await loadImages(data, 't10k', fashionFolder) };
}

async function trainAll(
  pending: readonly Task[],
  data: Data,
  save: (run: Run) => Promise<void>,
): Promise<void> {
  const seeds = new Set(pending.filter(needsFloatNet).map(({ seed }) => seed));
  const steps = pending.reduce((sum, task) => sum + stepsOf(task), 0);
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {task} | {eta_formatted} left',
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    etaBuffer: 500,
  });
  bar.start(steps + seeds.size * floatSteps(data), 0, { task: 'starting' });
  const onStep = () => bar.increment();
  const floatNets = new Map<number, tf.LayersModel>();
  for (const task of pending) {
    bar.update({ task: `${task.quantizer}, ${task.recipe}, seed ${task.seed}` });
    const floatNet = needsFloatNet(task)
      ? await floatNetOf(task, floatNets, data, onStep)
      : undefined;
    await save(await runTask(task, data, floatNet, onStep));
  }
  bar.stop();
}

/** Trained once a seed. */
async function floatNetOf(
  { net: name, seed }: Task,
  floatNets: Map<number, tf.LayersModel>,
  data: Data,
  onStep: OnStep,
): Promise<tf.LayersModel> {
  const known = floatNets.get(seed);
  if (known != null) return known;
  const net = await trainFloatNet(name, seed, data, onStep);
  floatNets.set(seed, net);
  return net;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
