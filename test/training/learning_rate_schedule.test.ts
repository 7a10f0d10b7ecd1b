import * as tf from '@tensorflow/tfjs';
import { bitLinear } from '../../src';
import { learningRateSchedule } from '../../src/training';
import type { LearningRateScheduleOptions } from '../../src/training';
import { memory } from '../support/leaks';
import { OPTIMIZERS } from '../support/optimizers';
import { randomTensor } from '../support/values';

const SAMPLES = 8;
function compiled(optimizer: tf.Optimizer): tf.Sequential {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const layer = bitLinear({ units: 2, inputShape: [4], blend: 0, kernelInitializer });
  const model = tf.sequential({ layers: [layer] });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

async function fit(model: tf.LayersModel, args: tf.ModelFitArgs, samples = SAMPLES): Promise<void> {
  const [x, y] = [randomTensor([samples, 4]), randomTensor([samples, 2])];
  await model.fit(x, y, { batchSize: 1, epochs: 1, verbose: 0, shuffle: false, ...args });
  tf.dispose([x, y]);
}

/** The learning rate in each step, one sample a step unless told. */
async function rates(args: LearningRateScheduleOptions, fitArgs: tf.ModelFitArgs = {}, samples?: number): Promise<number[]> {
  const optimizer = tf.train.adam(0.5);
  const model = compiled(optimizer);
  const seen: number[] = [];
  const record = () => void seen.push(optimizer.getConfig()['learningRate'] as number);
  model.layers[0].setCallHook(record);
  await fit(model, { callbacks: [learningRateSchedule(args)], ...fitArgs }, samples);
  return seen;
} // prettier-ignore

const rounded = (values: number[]) => values.map((value) => Number(value.toFixed(6)));

describe('the curves', () => {
  test('linear falls to zero in the step after the last', async () => {
    const seen = await rates({ type: 'linear', learningRate: 8 });
    expect(seen).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('cosine', async () => {
    const seen = await rates({ type: 'cosine', learningRate: 2 }, { batchSize: 2 });
    expect(rounded(seen)).toEqual([2, 1.707107, 1, 0.292893]);
  });

  test('warm-up of a part of an epoch comes first, and reaches the highest', async () => {
    const seen = await rates({ type: 'linear', learningRate: 4, warmup: 0.5 });
    expect(seen).toEqual([1, 2, 3, 4, 4, 3, 2, 1]);
    const constant = await rates({ type: 'constant', learningRate: 4, warmup: 0.5 });
    expect(constant).toEqual([1, 2, 3, 4, 4, 4, 4, 4]);
  });

  test('step', async () => {
    const args = { type: 'step', learningRate: 8, factor: 0.5 } as const;
    const fitArgs = { epochs: 4, batchSize: 4 };
    expect(await rates({ ...args, every: 2 }, fitArgs)).toEqual([8, 8, 8, 8, 4, 4, 4, 4]);
    expect(await rates({ ...args, every: 0.5 }, fitArgs)).toEqual([8, 4, 2, 1, 0.5, 0.25, 0.125, 0.0625]);
    // (6 / 10) / 0.2 is less than 3 in floats.
    const fifths = await rates({ ...args, every: 0.2 }, {}, 10);
    expect(fifths).toEqual([8, 8, 4, 4, 2, 2, 1, 1, 0.5, 0.5]);
    expect(rounded(await rates({ type: 'step', learningRate: 1, every: 1 }, fitArgs))).toEqual(
      [1, 1, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001]);
  });

  test('by epoch', async () => {
    const args = { type: 'linear', learningRate: 6, by: 'epoch', warmup: 2 } as const;
    expect(await rates(args, { epochs: 5, batchSize: 4 })).toEqual([3, 3, 6, 6, 6, 6, 4, 4, 2, 2]);
  });

  test('the logs of each epoch tell its last value, and history keeps them', async () => {
    const model = compiled(tf.train.sgd(1));
    const callbacks = [learningRateSchedule({ type: 'linear', learningRate: 4 })];
    const [x, y] = [tf.ones([2, 4]), tf.ones([2, 2])];
    const { history } = await model.fit(x, y, { batchSize: 1, epochs: 2, verbose: 0, callbacks });
    expect(history['learningRate']).toEqual([3, 1]);
  });

  test('stays at its last value where training goes on, and resumes', async () => {
    const args = { type: 'linear', learningRate: 2, epochs: 2, by: 'epoch' } as const;
    expect(await rates(args, { epochs: 3, batchSize: 8 })).toEqual([2, 1, 0]);
    expect(await rates(args, { epochs: 3, batchSize: 8, initialEpoch: 1 })).toEqual([1, 0]);
  });
}); // prettier-ignore

describe.each(Object.entries(OPTIMIZERS))('%s', (_, optimizer) => {
  test('steps by the learning rate that was set, and keeps no tensor', async () => {
    const change = async (callbacks: tf.Callback[], own: tf.Optimizer) => {
      const model = compiled(own);
      const kernel = () => model.layers[0].getWeights()[0].dataSync().slice();
      const before = kernel();
      await fit(model, { batchSize: SAMPLES, callbacks });
      return kernel().map((value, i) => value - before[i]);
    };
    const scheduled = optimizer(0.5);
    const schedule = learningRateSchedule({ type: 'constant', learningRate: 0.05 });
    const small = await change([schedule], scheduled);
    const large = await change([], optimizer(0.5));
    small.forEach((value, i) => expect(10 * value).toBeCloseTo(large[i], 5));
    expect(large.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    expect(scheduled.getConfig()['learningRate']).toBe(0.05);
    const model = compiled(scheduled);
    await fit(model, { callbacks: [schedule] });
    const before = memory();
    await fit(model, { callbacks: [schedule], epochs: 2 });
    expect(memory()).toEqual(before);
  });
});

describe('wrong use', () => {
  const STEP_ONLY = "given with type 'step' only";
  test.each([
    [
      { type: 'exponential', learningRate: 1 },
      "type must be 'constant', 'linear', 'cosine' or 'step', got \"exponential\".",
    ],
    [
      { type: 'linear', learningRate: 1, decay: 3 },
      'options has no "decay". It takes type, learningRate, warmup, every, factor, by, epochs.',
    ],
    [{ type: 'linear' }, 'learningRate must be a positive finite number, got undefined.'],
    [{ type: 'linear', learningRate: 0 }, 'learningRate must be a positive finite number, got 0.'],
    [
      { type: 'linear', learningRate: 1, warmup: -1 },
      'warmup must be a finite number of at least 0, got -1.',
    ],
    [{ type: 'linear', learningRate: 1, every: 2 }, `every must be ${STEP_ONLY}, got 2.`],
    [{ type: 'cosine', learningRate: 1, factor: 0.5 }, `factor must be ${STEP_ONLY}, got 0.5.`],
    [{ type: 'step', learningRate: 1 }, "every must be given with type 'step', got undefined."],
    [
      { type: 'step', learningRate: 1, every: 1, factor: 0 },
      'factor must be a positive finite number',
    ],
  ])('%j', (args, message) => {
    const make = () => learningRateSchedule(args as LearningRateScheduleOptions);
    expect(make).toThrow(`learningRateSchedule: ${message}`);
  });

  test('a warm-up as long as the schedule, in training, which tells its length', async () => {
    const schedule = learningRateSchedule({ type: 'linear', learningRate: 1, warmup: 2 });
    const training = fit(compiled(tf.train.sgd(1)), { epochs: 2, callbacks: [schedule] });
    await expect(training).rejects.toThrow(
      'learningRateSchedule: warmup must be less than the epochs of the schedule, 2, got 2.',
    );
  });

  test('with an optimizer of an unknown kind', async () => {
    class Still extends tf.Optimizer {
      static className = 'Still';
      applyGradients(): void {}
      getConfig() {
        return {};
      }
    }
    const callbacks = [learningRateSchedule({ type: 'linear', learningRate: 1 })];
    await expect(fit(compiled(new Still()), { callbacks })).rejects.toThrow(
      'learningRateSchedule: optimizer must be one with a learning rate, got "Still".',
    );
  });
});
