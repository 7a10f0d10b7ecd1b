import * as tf from '@tensorflow/tfjs';
import { bitLinear, sparsityGate } from '../../src';
import { sparsitySchedule, type SparsityScheduleOptions } from '../../src/training';
import { highestSparsity } from '../../src/training/sparsity_schedule';
import { readGolden } from '../support/golden_vision';
import { randomTensor } from '../support/values';

const STEPS = 4;

interface Seen {
  readonly drawn: number[];
  readonly between: number[];
  readonly logs: tf.Logs[];
}

/** The sparsity in force in each step of `fit`, and after it. */
async function seen(options: SparsityScheduleOptions, fit: tf.ModelFitArgs = {}): Promise<Seen> {
  const gate = sparsityGate({ inputShape: [4] });
  const model = tf.sequential({ layers: [gate, bitLinear({ units: 2 })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const result: Seen = { drawn: [], between: [], logs: [] };
  gate.setCallHook((_, kwargs) => {
    const { training } = kwargs as { training: boolean };
    result.drawn.push((training && gate.drawnSparsity) || gate.sparsity);
  });
  const watch = new tf.CustomCallback({
    onBatchEnd: async () => void result.between.push(gate.sparsity),
    onEpochEnd: async (_, logs) => void result.logs.push({ ...logs }),
  });
  const callbacks = [sparsitySchedule(options), watch];
  const [x, y] = [randomTensor([STEPS, 4]), randomTensor([STEPS, 2])];
  await model.fit(x, y, { batchSize: 1, epochs: 1, verbose: 0, callbacks, ...fit });
  result.between.push(gate.sparsity);
  return result;
}

test('the ranges of each epoch are the published ones', () => {
  const { tatSparsityRangeByEpochOf8: ranges } = readGolden<{
    tatSparsityRangeByEpochOf8: Array<[number, number]>;
  }>('schedules');
  const settings = { type: 'linear', low: 0.1, high: 0.6 } as const;
  ranges.forEach(([low, high], epoch) => {
    expect(settings.low).toBe(low);
    expect(Math.abs(highestSparsity(settings, epoch, 8) - high)).toBeLessThan(1e-12);
  });
  expect(highestSparsity(settings, 9, 8)).toBeCloseTo(0.6, 12);
  expect(highestSparsity({ ...settings, type: 'constant' }, 0, 8)).toBe(0.6);
});

test('each step draws from its range, and between steps it is the final one', async () => {
  const { drawn, between, logs } = await seen(
    { type: 'linear', final: 0.4, seed: 1 },
    { epochs: 8 },
  );
  drawn.forEach((sparsity, step) => {
    const highest = 0.1 + (0.5 * Math.floor(step / STEPS)) / 8;
    expect(sparsity).toBeGreaterThanOrEqual(0.1);
    expect(sparsity).toBeLessThanOrEqual(highest);
  });
  expect(drawn.slice(0, STEPS)).toEqual([0.1, 0.1, 0.1, 0.1]);
  expect(new Set(drawn).size).toBe(7 * STEPS + 1);
  expect(new Set(between)).toEqual(new Set([0.4]));
  expect(logs.map((log) => log['sparsity'])).toEqual(
    drawn.filter((_, i) => i % STEPS === STEPS - 1),
  );
});

test('draws are even, other for another seed, and the same where training is resumed', async () => {
  const options = { type: 'constant', low: 0.2, high: 0.8, final: 0, seed: 7 } as const;
  const { drawn } = await seen(options, { epochs: 60 });
  const quarters = [0, 0, 0, 0];
  for (const sparsity of drawn) quarters[Math.floor((sparsity - 0.2) / 0.15)]!++;
  for (const count of quarters) expect(Math.abs(count - 60)).toBeLessThan(25);
  const resumed = await seen(options, { epochs: 3, initialEpoch: 1 });
  expect(resumed.drawn).toEqual(drawn.slice(STEPS, 3 * STEPS));
  const other = await seen({ ...options, seed: 8 });
  expect(other.drawn.every((sparsity, i) => sparsity !== drawn[i])).toBe(true);
});

test('validation is at the final sparsity', async () => {
  const validationData: [tf.Tensor, tf.Tensor] = [randomTensor([1, 4]), randomTensor([1, 2])];
  const { drawn } = await seen({ type: 'constant', final: 0.3, seed: 1 }, { validationData });
  expect(drawn).toHaveLength(STEPS + 1);
  expect(drawn.map((sparsity) => sparsity === 0.3)).toEqual([false, false, false, false, true]);
});

test('wrong arguments', async () => {
  const options = { type: 'constant', final: 0, seed: 1 } as const;
  expect(() => sparsitySchedule({ ...options, low: 0.5, high: 0.4 })).toThrow(
    'sparsitySchedule: high must be at least low, 0.5, got 0.4.',
  );
  expect(() => sparsitySchedule({ ...options, final: 1 })).toThrow(
    'sparsitySchedule: final must be a number of at least 0 and below 1, got 1.',
  );
  expect(() => sparsitySchedule({ ...options, epochs: 2 })).toThrow(
    "sparsitySchedule: epochs must be given with type 'linear' only, got 2.",
  );
  const model = tf.sequential({ layers: [bitLinear({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const fit = model.fit(tf.ones([2, 2]), tf.ones([2, 1]), {
    callbacks: [sparsitySchedule(options)],
  });
  await expect(fit).rejects.toThrow('sparsitySchedule: the model has no sparsityGate.');
});
