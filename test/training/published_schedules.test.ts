import * as tf from '@tensorflow/tfjs';
import { bitLinear } from '../../src';
import {
  descriptorSchedule,
  learningRateSchedule,
  metricLoss,
  quantizationSchedule,
} from '../../src/training';
import { blendAt } from '../../src/training/quantization_schedule';
import { readGolden } from '../support/golden_vision';

type Curve = 'linear' | 'cosine' | 'logistic';

const golden = readGolden<{
  steps: number[];
  totalSteps: number;
  qfactor: Record<Curve | 'none' | 'distillation', number[]>;
  finetuneFactorByEpoch: number[];
}>('schedules');

function expectEqual(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-12));
}

/** The values that a callback writes to the logs of its epochs, one step each. */
async function logged(callback: tf.Callback, name: string, epochs: number): Promise<number[]> {
  const model = tf.sequential({ layers: [bitLinear({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  callback.setModel(model);
  callback.setParams({ epochs, steps: 1 });
  const values: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const logs: Record<string, number> = {};
    await callback.onEpochBegin(epoch);
    await callback.onBatchBegin(0);
    await callback.onEpochEnd(epoch, logs);
    values.push(logs[name]);
  }
  return values;
}

describe.each(['linear', 'cosine', 'logistic'] as const)('%s', (type) => {
  test('has the published values; the last step is exactly 1', async () => {
    const epochs = golden.totalSteps + 1;
    const loss = metricLoss();
    const curves = [
      await logged(quantizationSchedule({ type }), 'blend', epochs),
      await logged(descriptorSchedule(loss, { type }), 'binaryShare', epochs),
    ];
    for (const values of curves) {
      const before = golden.steps.slice(0, -1);
      expectEqual(before.map((step) => values[step]), golden.qfactor[type].slice(0, -1)); // prettier-ignore
      expect(values.at(-1)).toBe(1);
    }
    const last = blendAt({ type, value: 1 }, 1);
    expectEqual([last], golden.qfactor[type].slice(-1));
  });
});

test('the schedule of distillation is the logistic one', () => {
  expect(golden.qfactor.distillation).toEqual(golden.qfactor.logistic);
});

test('the learning rate of stage 2 rises over 3 epochs, and falls after each 10', async () => {
  const factors = golden.finetuneFactorByEpoch;
  const schedule = learningRateSchedule({
    type: 'step',
    learningRate: 1,
    warmup: 3,
    every: 10,
    factor: 0.3,
    by: 'epoch',
  });
  expectEqual(await logged(schedule, 'learningRate', factors.length), factors);
});
