import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy } from '../../src';
import { inMemory, onDisk } from '../support/saving';

const compiled = { optimizer: 'sgd', loss: 'meanSquaredError' } as const;
const [X, Y] = [() => tf.ones([2, 3]), () => tf.ones([2, 2])];

function ternary(name = 'net'): tf.Sequential {
  return tf.sequential({ name, layers: [bitLinear({ units: 2, inputShape: [3] })] });
}

async function expectRefused(model: tf.LayersModel): Promise<void> {
  const message = `Model "${model.name}" has nothing left to train: its ternary layers are deployed`;
  model.compile(compiled);
  await expect(model.fit(X(), Y())).rejects.toThrow(message);
  await expect(model.trainOnBatch(X(), Y())).rejects.toThrow(message);
  const dataset = tf.data.array([{ xs: X(), ys: Y() }]);
  await expect(model.fitDataset(dataset, { epochs: 1 })).rejects.toThrow(message);
  expect((model.evaluate(X(), Y()) as tf.Scalar).shape).toEqual([]);
}

async function expectTrained(model: tf.LayersModel): Promise<void> {
  model.compile(compiled);
  const before = model.getWeights().map((w) => [...w.dataSync()]);
  await model.fit(X(), Y(), { epochs: 1, verbose: 0 });
  expect(model.getWeights().map((w) => [...w.dataSync()])).not.toEqual(before);
}

describe('a model with nothing left to train says so', () => {
  test('deployed', () => expectRefused(deploy(ternary())));

  test('deployed and loaded', async () => {
    await expectRefused(await inMemory(deploy(ternary())));
    await expectRefused(await onDisk(deploy(ternary())));
  });

  test('deployed layer by layer', async () => {
    const model = ternary();
    (model.layers[0] as BitLinear).deploy();
    await expectRefused(model);
  });

  test('a functional model, and one with a nested model', async () => {
    const input = tf.input({ shape: [3] });
    const outputs = ternary('inner').apply(input) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs, name: 'outer' });
    await expectRefused(deploy(model));
    await expectRefused(await inMemory(deploy(model)));
  });

  test('frozen around its deployed layers', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, inputShape: [3], trainable: false }),
        bitLinear({ units: 2 }),
      ],
    });
    await expectRefused(deploy(model));
  });
});

describe('the others train on', () => {
  test('the model that was deployed', async () => {
    const model = ternary();
    deploy(model);
    await expectTrained(model);
  });

  test('a deployed model with a layer added', async () => {
    const model = deploy<tf.Sequential>(ternary());
    model.add(tf.layers.dense({ units: 2 }));
    await expectTrained(model);
  });

  test('a loaded model with other layers', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [3] }), bitLinear({ units: 2 })],
    });
    await expectTrained(await inMemory(deploy(model)));
  });

  test('models without BitLinear keep the message of tfjs', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [3], trainable: false })],
    });
    model.compile(compiled);
    await expect(model.fit(X(), Y())).rejects.toThrow(/^variableGrads\(\) expects/);
  });
});
