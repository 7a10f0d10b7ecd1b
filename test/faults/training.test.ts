import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { bitLinear } from '../../src';
import { folder } from '../../src/io/folder';
import { checkpoints, loadCheckpoint } from '../../src/training';
import { randomSource } from '../support/values';
import { printFigure } from './support/figures';
import { endOf, inLanes, start } from './support/programs';
import { smallTraining } from './support/small_training.cjs';

/*
 * Whenever the process that trains ends, its newest checkpoint loads and training goes on from it, as if it had not
 * stopped; the best one is there.
 */

jest.setTimeout(300_000);

const KILLS_AT_STEPS = 60;
const KILLS_AT_ANY_TIME = 60;

/** Of one epoch of the training, on a machine that does nothing else. */
const MS_OF_EPOCH = 100;

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'))));
afterEach(() => rmSync(home, { recursive: true }));

const USES = { tf, bitLinear, checkpoints };
const storageIn = (lane: string) => (name: string) => folder(join(home, lane, name));
const weightValues = (model: tf.LayersModel) => model.getWeights().map((w) => [...w.dataSync()]);

/** The weights after each number of epochs, of a training that nothing stops, and that saves nothing. */
const reference = smallTraining(USES, folder);
const weightsAfter: number[][][] = [weightValues(reference.model)];
async function expectedWeights(epochs: number) {
  for (let done = weightsAfter.length; done <= epochs; done++) {
    await reference.fit(done - 1, done, []);
    weightsAfter.push(weightValues(reference.model));
  }
  return weightsAfter[epochs];
}

/** The best one of these epochs, as the scores of the training say. */
const bestOf = (epochs: number) => (epochs < 2 ? 1 : epochs - ((epochs - 2) % 3));

const PLACES = ['best', 'last-1-of-3', 'last-2-of-3', 'last-3-of-3'];

/** The epochs of the checkpoints in the places of a lane, 0 where there is none. */
type Epochs = number[];
const newest = (epochs: Epochs) => Math.max(...epochs);

/** @returns the epochs that are there after `before`, when this many are known to be done. */
async function expectNothingLost(lane: string, before: Epochs, done: number): Promise<Epochs> {
  const { model, saves } = smallTraining(USES, storageIn(lane));
  const epochs: Epochs = [];
  for (const [i, name] of PLACES.entries()) {
    const checkpoint = await loadCheckpoint(model, storageIn(lane)(name)).catch(() => undefined);
    const epoch = checkpoint?.epoch ?? 0;
    expect(epoch).toBeGreaterThanOrEqual(before[i]!);
    if (checkpoint != null) expect(weightValues(model)).toEqual(await expectedWeights(epoch));
    epochs.push(epoch);
  }
  expect(newest(epochs)).toBeGreaterThanOrEqual(done);
  if (newest(epochs) === 0) return epochs;
  expect(epochs[0]).toBe(bestOf(newest(epochs)));
  expect(await saves.restore(model)).toEqual({ epoch: newest(epochs) });
  expect(weightValues(model)).toEqual(await expectedWeights(newest(epochs)));
  return epochs;
}

/** At a call of the file system, or at a time in the first or second epoch: 0.5 is in the middle of the first. */
type Kill = { at: number } | { time: number };

/** Goes on with the training of a lane in a process, until that is killed. */
async function trainUntilKilled(lane: string, before: Epochs, kill: Kill): Promise<Epochs> {
  const trainer = start('trainer.cjs', join(home, lane), ...('at' in kill ? [kill.at] : []));
  const ended = endOf(trainer);
  let said = '';
  trainer.stdout!.on('data', (text) => (said += String(text)));
  if ('time' in kill) await killInEpoch(trainer, kill.time);
  expect(await ended).toBe('killed');
  return expectNothingLost(lane, before, Number(said.match(/^\d+$/gm)?.at(-1) ?? 0));
}

/** A busy machine takes longer for an epoch: so the first one is the measure for the second one. */
async function killInEpoch(trainer: ChildProcess, time: number): Promise<void> {
  await once(trainer.stdout!, 'data');
  const begin = Date.now();
  if (time >= 1) await once(trainer.stdout!, 'data');
  await sleep(time >= 1 ? (time - 1) * (Date.now() - begin) : time * MS_OF_EPOCH);
  trainer.kill('SIGKILL');
}

/** @returns how many epochs were trained in all. */
async function killOften(count: number, killOf: (index: number) => Kill) {
  const lanes: Record<string, Epochs> = {};
  await inLanes(count, async (index, lane) => {
    const before = lanes[lane] ?? PLACES.map(() => 0);
    lanes[lane] = await trainUntilKilled(lane, before, killOf(index));
  });
  return Object.values(lanes).reduce((sum, epochs) => sum + newest(epochs), 0);
}

test('training that is killed at each call of the file system', async () => {
  const epochs = await killOften(KILLS_AT_STEPS, (index) => ({ at: index + 1 }));
  expect(epochs).toBeGreaterThan(5);
  printFigure(
    `checkpoints: ${KILLS_AT_STEPS} kills at calls of the file system in ${epochs} epochs, nothing lost`,
  );
});

test('training that is killed at any time', async () => {
  const random = randomSource(1);
  const epochs = await killOften(KILLS_AT_ANY_TIME, () => ({ time: 2 * random() }));
  expect(epochs).toBeGreaterThan(20);
  printFigure(
    `checkpoints: ${KILLS_AT_ANY_TIME} kills at any time in ${epochs} epochs, nothing lost`,
  );
});
