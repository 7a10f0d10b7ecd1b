import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy } from '../../src';
import { ternarySites } from '../../src/topology/ternary_sites';
import { setKernel, weight } from '../support/layers';
import { withLeakCheck } from '../support/leaks';
import { MODELS, predictions, structureOf, weightValues } from '../support/models';
import { expectIdentical, randomTensor } from '../support/values';

function expectSameOutputs(a: tf.LayersModel, b: tf.LayersModel, x: tf.Tensor | tf.Tensor[]): void {
  const [expected, actual] = [predictions(a, x), withLeakCheck(() => predictions(b, x))];
  expect(actual).toHaveLength(expected.length);
  expected.forEach((tensor, i) => expectIdentical(actual[i], tensor));
}

describe.each(Object.entries(MODELS))('deploy(model) with %s', (_, build) => {
  test('gives the same outputs, and packs every BitLinear', () => {
    const { model, x } = build();
    const deployed = deploy(model);
    expectSameOutputs(model, deployed, x);
    expect(ternarySites(deployed).length).toBeGreaterThan(0);
    expect(ternarySites(deployed).every(({ layer }) => layer.ternaryKernel.deployed)).toBe(true);
  });

  test('keeps class, names and topology', () => {
    const { model } = build();
    const deployed = deploy(model);
    expect(structureOf(deployed)).toEqual(structureOf(model));
    expect(ternarySites(deployed).map(({ path }) => path)).toEqual(
      ternarySites(model).map(({ path }) => path),
    );
  });

  test('leaves the source as it was', () => {
    const { model, x } = build();
    const before = { weights: weightValues(model), outputs: predictions(model, x) };
    const config = JSON.stringify(model.getConfig());
    const deployed = deploy(model);
    deployed.setWeights(deployed.getWeights().map((w) => tf.zerosLike(w)));
    expect(weightValues(model)).toEqual(before.weights);
    expect(JSON.stringify(model.getConfig())).toBe(config);
    predictions(model, x).forEach((tensor, i) => expectIdentical(tensor, before.outputs[i]));
    expect(ternarySites(model).some(({ layer }) => layer.ternaryKernel.deployed)).toBe(false);
  });

  test('deploying the result again gives the same', () => {
    const { model, x } = build();
    const deployed = deploy(model);
    expectSameOutputs(deployed, deploy(deployed), x);
  });
});

describe('deploy(model)', () => {
  test('the source trains on, and deploys again', async () => {
    const model = tf.sequential();
    model.add(bitLinear({ units: 8, inputShape: [6], activation: 'relu' }));
    model.add(bitLinear({ units: 1, kernelQuantizer: 'lsq' }));
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
    const [x, y] = [randomTensor([32, 6], 1), randomTensor([32, 1], 2)];
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    const first = deploy(model);
    const firstOutput = first.predict(x) as tf.Tensor;
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    expectIdentical(first.predict(x) as tf.Tensor, firstOutput);
    expectSameOutputs(model, deploy(model), x);
    expect((model.predict(x) as tf.Tensor).dataSync()).not.toEqual(firstOutput.dataSync());
  });

  test('packs what is still float in a model with deployed layers', () => {
    const model = tf.sequential();
    const layer = bitLinear({ units: 8, inputShape: [6] });
    model.add(layer);
    model.add(bitLinear({ units: 4 }));
    layer.deploy();
    const deployed = deploy(model);
    expectSameOutputs(model, deployed, randomTensor([3, 6]));
    expect(ternarySites(deployed).map((site) => site.layer.ternaryKernel.deployed)).toEqual([
      true,
      true,
    ]);
  });

  test('keeps user-defined metadata', () => {
    const model = tf.sequential({ layers: [bitLinear({ units: 2, inputShape: [3] })] });
    model.setUserDefinedMetadata({ labels: ['a', 'b'] });
    expect(deploy(model).getUserDefinedMetadata()).toEqual({ labels: ['a', 'b'] });
  });

  test('keeps frozen what is frozen as a whole', () => {
    const layers = [bitLinear({ units: 2, inputShape: [3] }), tf.layers.dense({ units: 2 })];
    const inner = tf.sequential({ layers });
    inner.trainable = false;
    const model = tf.sequential({ layers: [inner, tf.layers.dense({ units: 1, name: 'head' })] });
    const names = deploy(model).trainableWeights.map((w) => w.originalName);
    expect(names).toEqual(['head/kernel', 'head/bias']);
    model.trainable = false;
    expect(deploy(model).trainableWeights).toEqual([]);
  });

  test('units, bias and activation of a deployed layer are those of the source', () => {
    const layer = bitLinear({
      units: 5,
      inputShape: [3],
      activation: 'relu',
      biasInitializer: 'ones',
    });
    const model = tf.sequential({ layers: [layer] });
    const deployed = deploy(model).layers[0] as BitLinear;
    expect([deployed.units, deployed.inFeatures]).toEqual([5, 3]);
    expect(deployed.getConfig()).toMatchObject({ activation: 'relu', name: layer.name });
    expectIdentical(weight(deployed, 'bias'), [1, 1, 1, 1, 1]);
  });
});

describe('deploy(model) refuses', () => {
  test('a model without BitLinear', () => {
    const model = tf.sequential({
      name: 'net',
      layers: [tf.layers.dense({ units: 2, inputShape: [3] })],
    });
    expect(() => deploy(model)).toThrow(
      'deploy: model "net" has no ternary layer to pack; convert',
    );
  });

  test.each([undefined, {}, 3, 'model'])('%p', (model) => {
    expect(() => deploy(model as never)).toThrow('deploy: model must be a tf.LayersModel, got');
  });

  test('one BitLinear both wrapped and used directly', () => {
    const layer = bitLinear({ units: 3, name: 'twice' });
    const a = tf.input({ shape: [4, 3] });
    const wrapped = tf.layers.timeDistributed({ layer, name: 'wrapper' }).apply(a);
    const outputs = layer.apply(wrapped) as tf.SymbolicTensor;
    const model = tf.model({ inputs: a, outputs, name: 'net' });
    expect(() => deploy(model)).toThrow(
      'deploy: the layers "wrapper/twice" and "twice" of model "net" are one ternary layer, ' +
        'which a saved model cannot express.',
    );
    expect(layer.ternaryKernel.deployed).toBe(false);
  });

  test('two layers of one path, as names may hold a slash', () => {
    const x = tf.input({ shape: [3] });
    const inner = tf.sequential({
      name: 'encoder',
      layers: [bitLinear({ units: 3, inputShape: [3], name: 'first' })],
    });
    const y = bitLinear({ units: 3, name: 'encoder/first' }).apply(inner.apply(x));
    const model = tf.model({ inputs: x, outputs: y as tf.SymbolicTensor, name: 'net' });
    expect(() => deploy(model)).toThrow(
      'deploy: two layers of model "net" have the path "encoder/first". Give one another name.',
    );
  });

  test('a kernel with NaN or infinity; the source has not changed', () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const model = tf.sequential();
      model.add(bitLinear({ units: 2, inputShape: [2], name: 'good' }));
      model.add(bitLinear({ units: 2, name: 'bad' }));
      const [good, bad] = model.layers as [BitLinear, BitLinear];
      setKernel(bad, tf.tensor2d([[1, value], [2, 3]])); // prettier-ignore
      const { numTensors } = tf.memory();
      expect(() => deploy(model)).toThrow(
        'BitLinear layer "bad": kernel must be finite everywhere before it is packed ' +
          `(see its value at index 1), got ${value}.`,
      );
      expect(tf.memory().numTensors).toBe(numTensors);
      expect([good.deployed, bad.deployed]).toEqual([false, false]);
    }
  });
});
