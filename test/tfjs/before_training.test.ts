import * as tf from '@tensorflow/tfjs';
import { beforeTraining } from '../../src/tfjs/before_training';

const trained: tf.LayersModel[] = [];
let refused: tf.LayersModel | undefined;

beforeAll(() =>
  beforeTraining((model) => {
    trained.push(model);
    if (model === refused) throw new Error('refused');
  }),
);

const [x, y] = [() => tf.ones([2, 3]), () => tf.ones([2, 1])];

function models(): tf.LayersModel[] {
  const sequential = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
  const input = tf.input({ shape: [3] });
  const outputs = tf.layers.dense({ units: 1 }).apply(input) as tf.SymbolicTensor;
  const both = [sequential, tf.model({ inputs: input, outputs })];
  for (const model of both) model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return both;
}

const TRAININGS: Record<string, (model: tf.LayersModel) => Promise<unknown>> = {
  fit: (model) => model.fit(x(), y(), { epochs: 1, verbose: 0 }),
  fitDataset: (model) =>
    model.fitDataset(tf.data.array([{ xs: x(), ys: y() }]), { epochs: 1, verbose: 0 }),
  trainOnBatch: (model) => model.trainOnBatch(x(), y()),
};

describe.each(Object.entries(TRAININGS))('%s', (_, train) => {
  test('calls the check first, with the model that its user has, and rejects if that throws', async () => {
    for (const model of models()) {
      refused = model;
      const training = train(model);
      await expect(training).rejects.toThrow('refused');
      expect(trained.at(-1)).toBe(model);
    }
  });

  test('trains if it does not throw', async () => {
    for (const model of models()) {
      const before = model.getWeights().map((weight) => [...weight.dataSync()]);
      await train(model);
      expect(model.getWeights().map((weight) => [...weight.dataSync()])).not.toEqual(before);
    }
  });
});

test('nothing but training calls it', () => {
  trained.length = 0;
  for (const model of models()) {
    model.predict(x());
    model.evaluate(x(), y());
  }
  expect(trained).toEqual([]);
});

/** What comment and code hold to be so; if one fails, there may be a gentler way. */
describe('tfjs asks nobody before it collects the variables to train', () => {
  test('not the layers, which a step without variables never reaches', async () => {
    const call = jest.fn();
    const layer = tf.layers.dense({ units: 1, inputShape: [3], trainable: false });
    layer.setCallHook(call);
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(model.trainOnBatch(x(), y())).rejects.toThrow(/^variableGrads\(\) expects/);
    expect(call).not.toHaveBeenCalled();
  });

  test('and trains an inner model of another name in a Sequential', async () => {
    const [sequential] = models();
    const makeTrainFunction = jest.spyOn(
      tf.LayersModel.prototype as unknown as { makeTrainFunction(): unknown },
      'makeTrainFunction',
    );
    await sequential!.trainOnBatch(x(), y());
    const [inner] = makeTrainFunction.mock.contexts as unknown as tf.LayersModel[];
    makeTrainFunction.mockRestore();
    expect(inner).toBeInstanceOf(tf.LayersModel);
    expect(inner!.name).not.toBe(sequential!.name);
  });
});
