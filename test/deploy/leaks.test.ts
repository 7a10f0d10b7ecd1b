import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, disposeModel, type BitLinear } from '../../src';
import { builtLayer, apply } from '../support/layers';
import { memory, withLeakCheck } from '../support/leaks';
import { MODELS } from '../support/models';
import { KERNEL_QUANTIZERS, titled } from '../support/quantizers';
import { randomTensor } from '../support/values';

/*
 * On the cpu backend tfjs's own check after every kernel is on throughout (setup/cpu.ts), elsewhere
 * in inference on packed weights.
 */

function compiled(kernelQuantizer: (typeof KERNEL_QUANTIZERS)[number]): tf.Sequential {
  const model = tf.sequential();
  model.add(bitLinear({ units: 8, inputShape: [6], activation: 'relu', kernelQuantizer }));
  model.add(tf.layers.layerNormalization());
  model.add(bitLinear({ units: 2, kernelQuantizer, useBias: false }));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return model;
}

describe.each(titled(KERNEL_QUANTIZERS))('tensors and bytes stay constant: %s', (_, kernelQuantizer) => {
  test('over 100 steps of fit', async () => {
    const model = compiled(kernelQuantizer);
    const [x, y] = [randomTensor([200, 6]), randomTensor([200, 2])];
    const fit = () => model.fit(x, y, { batchSize: 2, epochs: 1, verbose: 0 });
    await fit(); // the optimizer makes its slots
    const before = memory();
    await fit();
    expect(memory()).toEqual(before);
  });

  test('over 100 predictions, in training and deployed', () => {
    const model = compiled(kernelQuantizer);
    const deployed = deploy(model);
    const x = randomTensor([2, 6]);
    const step = () => {
      (model.predict(x) as tf.Tensor).dispose();
      withLeakCheck(() => deployed.predict(x) as tf.Tensor).dispose();
    };
    step();
    const before = memory();
    for (let i = 0; i < 100; i++) step();
    expect(memory()).toEqual(before);
  });
}); // prettier-ignore

test('over 100 steps of a hand-written loop', () => {
  const layer = builtLayer(6, { units: 2, kernelQuantizer: 'lsq' });
  const x = randomTensor([2, 3, 6]);
  const optimizer = tf.train.momentum(0.01, 0.9);
  const step = () => optimizer.minimize(() => tf.mean<tf.Scalar>(tf.square(apply(layer, x))));
  step();
  const before = memory();
  for (let i = 0; i < 100; i++) step();
  expect(memory()).toEqual(before);
});

test('over 100 steps of training around a deployed layer', async () => {
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 8, inputShape: [6] }));
  model.add(bitLinear({ units: 8 }));
  model.add(tf.layers.dense({ units: 1 }));
  const deployed = deploy(model);
  deployed.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const [x, y] = [randomTensor([4, 6]), randomTensor([4, 1])];
  await deployed.trainOnBatch(x, y);
  const before = memory();
  for (let i = 0; i < 100; i++) await deployed.trainOnBatch(x, y);
  expect(memory()).toEqual(before);
});

describe('dispose frees everything', () => {
  const once = Object.entries(MODELS).filter(([name]) => !/shared|twice/.test(name));

  // tfjs itself keeps the variables of layers and models that are used twice.
  test.each(once)('%s, in training and deployed', (_, build) => {
    const before = memory();
    const { model, x } = build();
    const deployed = deploy(model);
    tf.dispose([model.predict(x), withLeakCheck(() => deployed.predict(x)), x]);
    deployed.dispose();
    model.dispose();
    expect(memory()).toEqual(before);
  });

  test.each(Object.entries(MODELS))('disposeModel, of %s, before or after dispose', (_, build) => {
    const before = memory();
    for (const first of [() => undefined, (model: tf.LayersModel) => model.dispose()]) {
      const { model, x } = build();
      const deployed = deploy(model);
      tf.dispose([model.predict(x), withLeakCheck(() => deployed.predict(x)), x]);
      for (const each of [deployed, model]) {
        first(each);
        disposeModel(each);
      }
      expect(memory()).toEqual(before);
    }
  });

  test('disposeModel refuses what is not a model', () => {
    expect(() => disposeModel({} as never)).toThrow('disposeModel: model must be a tf.LayersModel');
  });

  test('after deploy in place', () => {
    const before = memory();
    const model = tf.sequential({
      layers: [bitLinear({ units: 8, inputShape: [70], kernelQuantizer: 'paretoq' })],
    });
    (model.layers[0] as BitLinear).deploy();
    model.dispose();
    expect(memory()).toEqual(before);
  });

  test('after a loss with a compiled optimizer', async () => {
    const before = memory();
    const model = compiled({ name: 'lsq' });
    const [x, y] = [randomTensor([4, 6]), randomTensor([4, 2])];
    await model.trainOnBatch(x, y);
    tf.dispose([x, y]);
    model.optimizer.dispose();
    model.dispose();
    expect(memory()).toEqual(before);
  });
});

test('deploy in place replaces the bytes of the float kernel', () => {
  const layer = builtLayer(128, { units: 10, kernelQuantizer: 'paretoq' });
  const before = memory();
  layer.deploy();
  // kernel and alpha go; packed words and scale come.
  const bytes = 4 * 1280 + 4 * 10 - (1280 / 4 + 4 * 10);
  expect(memory()).toEqual({
    numTensors: before.numTensors,
    numBytes: before.numBytes - bytes,
  });
});

test('deploy(model) keeps nothing but the new model', () => {
  const model = compiled({ name: 'bitnet' });
  const before = memory();
  const deployed = deploy(model);
  const weights = deployed.weights.length;
  expect(memory().numTensors).toBe(before.numTensors + weights);
});
