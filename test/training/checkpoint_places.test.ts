import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { bitLinear } from '../../src';
import { folder } from '../../src/io/folder';
import { checkpoints, loadCheckpoint, saveCheckpoint } from '../../src/training';
import { randomTensor } from '../support/values';

/*
 * Checkpoints on the disk: by `file://` where tfjs-node is loaded, by folder() elsewhere.
 */

let home: string;
let [x, y]: tf.Tensor[] = [];
beforeAll(() => {
  [x, y] = [randomTensor([12, 5], 1), randomTensor([12, 3], 2)];
});
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'))));
afterEach(() => rmSync(home, { recursive: true }));

const storageOf = (name: string) =>
  tf.findBackend('tensorflow') == null ? folder(join(home, name)) : `file://${join(home, name)}`;
const saves = () => checkpoints(storageOf, { keepLast: 2, monitor: 'loss', mode: 'max' });
const epochIn = async (name: string) => (await loadCheckpoint(compiled(), storageOf(name))).epoch;
const weightValues = (model: tf.LayersModel) => model.getWeights().map((w) => [...w.dataSync()]);

function compiled(seed = 1): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const model = tf.sequential();
  model.add(bitLinear({ units: 4, inputShape: [5], kernelInitializer }));
  model.add(tf.layers.dense({ units: 3, kernelInitializer }));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return model;
}

async function train(model: tf.LayersModel, epochs: [number, number], callbacks = [saves()]) {
  const [initialEpoch, end] = epochs;
  const args = { initialEpoch, epochs: end, shuffle: false, verbose: 0, callbacks } as const;
  await model.fit(x!, y!, args);
  return model;
}

/** As a process leaves the newest file if it ends while it writes it. */
function cut(name: string, kind: RegExp): void {
  const files = readdirSync(join(home, name)).filter((file) => kind.test(file));
  expect(files).toHaveLength(1);
  truncateSync(join(home, name, files[0]!), 40);
}

test('the last ones and the best one are kept, and training goes on from them', async () => {
  const whole = await train(compiled(), [0, 4]);
  expect(readdirSync(home).sort()).toEqual(['best', 'last-1-of-3', 'last-2-of-3', 'last-3-of-3']);
  expect(await epochIn('best')).toBe(1);
  const last = ['last-3-of-3', 'last-1-of-3', 'last-2-of-3'];
  expect(await Promise.all(last.map(epochIn))).toEqual([2, 3, 4]);
  const [model, later] = [compiled(7), saves()];
  expect(await later.restore(model)).toEqual({ epoch: 4 });
  expect(weightValues(model)).toEqual(weightValues(whole));
  await train(model, [4, 6], [later]);
  expect(weightValues(model)).toEqual(weightValues(await train(whole, [4, 6], [])));
});

test.each([/^model\.json$/, /\.bin$/])('the one before is restored if %s is cut off', async (kind) => {
  await train(compiled(), [0, 3]);
  cut('last-1-of-3', kind);
  expect(await saves().restore(compiled())).toEqual({ epoch: 2 });
}); // prettier-ignore

test('training that begins anew in the same places is refused', async () => {
  await train(compiled(), [0, 2]);
  await expect(train(compiled(), [0, 4])).rejects.toThrow(
    'checkpoints: initialEpoch must be at least 2, the epoch of the last checkpoint, got 0.',
  );
  expect(await epochIn('last-3-of-3')).toBe(2);
});

test('saveCheckpoint and loadCheckpoint take the same place', async () => {
  await saveCheckpoint(compiled(3), storageOf('one'), { epoch: 5 });
  const model = compiled(4);
  expect(await loadCheckpoint(model, storageOf('one'))).toEqual({ epoch: 5 });
  expect(weightValues(model)).toEqual(weightValues(compiled(3)));
});
