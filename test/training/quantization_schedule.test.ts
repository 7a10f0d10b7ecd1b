import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy } from '../../src';
import { quantizationSchedule } from '../../src/training';
import type { QuantizationScheduleOptions } from '../../src/training';
import { blendAt } from '../../src/training/quantization_schedule';
import { randomTensor } from '../support/values';

const SAMPLES = 8;

function compiled(): tf.Sequential {
  const model = tf.sequential({ layers: [bitLinear({ units: 2, inputShape: [4] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

/** The blend in force in each step of `fit`, one sample a step unless told. */
async function blends(
  args: QuantizationScheduleOptions,
  fit: tf.ModelFitArgs = {},
): Promise<number[]> {
  const model = compiled();
  const seen: number[] = [];
  const layer = model.layers[0] as BitLinear;
  layer.setCallHook(() => void seen.push(layer.blend));
  const callbacks = [quantizationSchedule(args)];
  const [x, y] = [randomTensor([SAMPLES, 4]), randomTensor([SAMPLES, 2])];
  await model.fit(x, y, { batchSize: 1, epochs: 1, verbose: 0, callbacks, ...fit });
  return seen;
}

describe('the curves', () => {
  test('logistic has its published values', () => {
    const at = (progress: number) => blendAt({ type: 'logistic', value: 1 }, progress);
    expect(at(0)).toBeCloseTo(0.00247, 5);
    expect(at(0.2)).toBeCloseTo(0.0573, 4);
    expect(at(0.375)).toBe(0.5);
    expect(at(0.7)).toBeCloseTo(0.9945, 4);
    expect(at(1)).toBeCloseTo(0.99995, 5);
  });

  test('linear, cosine and constant', () => {
    expect([0, 0.3, 1].map((p) => blendAt({ type: 'linear', value: 1 }, p))).toEqual([0, 0.3, 1]);
    const cosine = [0, 0.5, 1].map((p) => blendAt({ type: 'cosine', value: 1 }, p));
    expect(cosine[0]).toBe(0);
    expect(cosine[1]).toBeCloseTo(0.5, 12);
    expect(cosine[2]).toBe(1);
    expect(blendAt({ type: 'constant', value: 0.2 }, 0.9)).toBe(0.2);
  });
});

describe('in fit', () => {
  test('follows the steps, from 0 in the first to exactly 1 in the last', async () => {
    const expected = Array.from({ length: 8 }, (_, step) => step / 7);
    expect(await blends({ type: 'linear' })).toEqual(expected);
    const logistic = await blends({ type: 'logistic' });
    expect(logistic[0]).toBeCloseTo(0.00247, 5);
    expect(logistic[6]).toBe(blendAt({ type: 'logistic', value: 1 }, 6 / 7));
    expect(logistic[7]).toBe(1);
  });

  test('spans all epochs, with a last batch that is not full', async () => {
    const expected = Array.from({ length: 9 }, (_, step) => step / 8);
    expect(await blends({ type: 'linear' }, { epochs: 3, batchSize: 3 })).toEqual(expected);
  });

  test('follows epochs where told', async () => {
    const seen = await blends({ type: 'linear', by: 'epoch' }, { epochs: 3, batchSize: 4 });
    expect(seen).toEqual([0, 0, 0.5, 0.5, 1, 1]);
  });

  test('ends before training does, and stays at 1', async () => {
    const args = { type: 'constant', value: 0, epochs: 2 } as const;
    expect(await blends({ ...args, by: 'epoch' }, { epochs: 4, batchSize: 8 })).toEqual([
      0, 1, 1, 1,
    ]);
    expect(await blends(args, { epochs: 3, batchSize: 4 })).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test('goes on where training resumes', async () => {
    const whole = await blends({ type: 'cosine' }, { epochs: 4, batchSize: 4 });
    const resumed = await blends({ type: 'cosine' }, { epochs: 4, batchSize: 4, initialEpoch: 2 });
    expect(resumed).toEqual(whole.slice(4));
    const first = await blends({ type: 'cosine', epochs: 4 }, { epochs: 2, batchSize: 4 });
    expect(first).toEqual(whole.slice(0, 4));
  });

  test('a single step is at 1', async () => {
    expect(await blends({ type: 'linear' }, { batchSize: 8 })).toEqual([1]);
  });

  test('validation in the last epoch sees the ternary net, and deploy takes it', async () => {
    const model = compiled();
    const [x, y] = [randomTensor([SAMPLES, 4]), randomTensor([SAMPLES, 2])];
    const { history } = await model.fit(x, y, {
      epochs: 2,
      verbose: 0,
      validationData: [x, y],
      callbacks: [quantizationSchedule({ type: 'logistic' })],
    });
    const deployed = deploy(model);
    deployed.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const loss = (deployed.evaluate(x, y) as tf.Scalar).dataSync()[0];
    expect(history['val_loss'].at(-1)).toBe(loss);
    expect(history['blend'].at(-1)).toBe(1);
    expect(history['blend'][0]).toBeLessThan(1);
  });
});

describe('in fitDataset', () => {
  const batches = () =>
    tf.data.generator(function* () {
      for (let i = 0; i < 4; i++) yield { xs: tf.ones([2, 4]), ys: tf.ones([2, 2]) };
    });

  test('follows batchesPerEpoch', async () => {
    const model = compiled();
    const callbacks = [quantizationSchedule({ type: 'linear' })];
    await model.fitDataset(batches().repeat(), { epochs: 2, batchesPerEpoch: 3, verbose: 0, callbacks });
    expect((model.layers[0] as BitLinear).blend).toBe(1);
  });

  test('needs the number of steps, unless it follows epochs', async () => {
    const fit = (args: QuantizationScheduleOptions) =>
      compiled().fitDataset(batches(), {
        epochs: 2,
        verbose: 0,
        callbacks: [quantizationSchedule(args)],
      });
    await expect(fit({ type: 'linear' })).rejects.toThrow(
      'quantizationSchedule: batchesPerEpoch of fitDataset must be given',
    );
    await fit({ type: 'linear', by: 'epoch' });
  });
}); // prettier-ignore

describe('wrong use', () => {
  test.each([
    [{ type: 'sine' }, "type must be 'logistic', 'linear', 'cosine' or 'constant', got \"sine\"."],
    [{ type: 'linear', by: 'batch' }, "by must be 'step' or 'epoch', got \"batch\"."],
    [{ type: 'linear', epochs: 0 }, 'epochs must be a positive finite number, got 0.'],
    [{ type: 'constant', value: 2 }, 'value must be a number from 0 to 1, got 2.'],
    [{ type: 'linear', value: 0.5 }, "value must be given with type 'constant' only, got 0.5."],
    [{ type: 'linear', warmup: 2 }, 'options has no "warmup". It takes type, value, by, epochs.'],
    [undefined, 'options must be an object {type, value, by, epochs}, got undefined.'],
  ])('%j', (args, message) => {
    const make = () => quantizationSchedule(args as QuantizationScheduleOptions);
    expect(make).toThrow(`quantizationSchedule: ${message}`);
  });

  test('behind a plain object, where tfjs gives it no model', async () => {
    const callbacks = [{ onEpochEnd: () => {} }, quantizationSchedule({ type: 'linear' })];
    await expect(blends({ type: 'linear' }, { callbacks })).rejects.toThrow(
      'Put this callback first, and the object into `new tf.CustomCallback({...})`.',
    );
  });

  test('with a model that has nothing to quantize', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const callbacks = [quantizationSchedule({ type: 'linear' })];
    const fit = model.fit(tf.ones([2, 2]), tf.ones([2, 1]), { verbose: 0, callbacks });
    await expect(fit).rejects.toThrow(
      'quantizationSchedule: the model has no ternary layer that is not deployed. ' +
        'Make it ternary with convert(model), or use bitLinear layers.',
    );
  });
});
