import { readdirSync, readFileSync, truncateSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy } from '../../src';
import { ternarySites } from '../../src/topology/ternary_sites';
import { weight } from '../support/layers';
import { MODELS, predictions } from '../support/models';
import { KERNEL_QUANTIZERS, titled } from '../support/quantizers';
import { artifactsOf, inMemory, load, onDisk, overHttp } from '../support/saving';
import { expectIdentical, randomTensor } from '../support/values';
import { present } from '../support/present';

const WAYS = { 'in memory': inMemory, 'on disk': onDisk, 'over HTTP': overHttp };

function expectEqualModels(a: tf.LayersModel, b: tf.LayersModel, x: tf.Tensor | tf.Tensor[]): void {
  expect(b.weights.map((w) => [w.originalName, w.dtype])).toEqual(
    a.weights.map((w) => [w.originalName, w.dtype]),
  );
  a.getWeights().forEach((values, i) => expectIdentical(b.getWeights()[i], values));
  predictions(a, x).forEach((values, i) => expectIdentical(predictions(b, x)[i], values));
}

describe.each(Object.entries(WAYS))('saved %s', (_, reload) => {
  test.each(Object.entries(MODELS))('%s loads equal, before and after deploy', async (_, build) => {
    const { model, x } = build();
    expectEqualModels(model, await reload(model), x);
    const deployed = deploy(model);
    const reloaded = await reload(deployed);
    expectEqualModels(deployed, reloaded, x);
    predictions(model, x).forEach((y, i) => expectIdentical(predictions(reloaded, x)[i], y));
    expect(ternarySites(reloaded).every(({ layer }) => layer.ternaryKernel.deployed)).toBe(true);
  });

  test('a model loaded before deploy trains on, and deploys', async () => {
    const model = tf.sequential();
    model.add(bitLinear({ units: 8, inputShape: [6], kernelQuantizer: 'paretoq' }));
    model.add(bitLinear({ units: 1 }));
    const loaded = await reload(model);
    loaded.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const [x, y] = [randomTensor([16, 6]), tf.ones([16, 1])];
    const { history } = await loaded.fit(x, y, { epochs: 4, verbose: 0 });
    const losses = history['loss'] as number[];
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    expectIdentical(deploy(loaded).predict(x) as tf.Tensor, loaded.predict(x) as tf.Tensor);
  });
});

test.each(titled(KERNEL_QUANTIZERS))('the quantizer survives, trained and deployed: %s', async (_, kernelQuantizer) => {
  const layer = bitLinear({ units: 5, inputShape: [70], kernelQuantizer, eps: 1e-4, name: 'MyLayer1' });
  const model = tf.sequential({ layers: [layer] });
  for (const source of [model, deploy(model)]) {
    const loaded = (await inMemory(source)).layers[0] as BitLinear;
    expect(loaded.kernelQuantizer).toEqual(layer.kernelQuantizer);
    expect([loaded.inputQuantizer, loaded.eps, loaded.name]).toEqual(['int8', 1e-4, 'MyLayer1']);
    expectIdentical(loaded.apply(tf.ones([1, 70])) as tf.Tensor, model.predict(tf.ones([1, 70])) as tf.Tensor);
  }
}); // prettier-ignore

test('a layer deployed in place is saved and loaded as one deployed by deploy(model)', async () => {
  const model = tf.sequential({ layers: [bitLinear({ units: 5, inputShape: [70] })] });
  const x = randomTensor([3, 70]);
  const before = model.predict(x) as tf.Tensor;
  const weightNames = deploy(model).weights.map((w) => w.originalName);
  (model.layers[0] as BitLinear).deploy();
  const loaded = await inMemory(model);
  expectIdentical(loaded.predict(x) as tf.Tensor, before);
  expect(loaded.weights.map((w) => w.originalName)).toEqual(weightNames);
});

test('deployed weights take a sixteenth of the kernel, and the float kernel is gone', async () => {
  const model = tf.sequential({ layers: [bitLinear({ units: 256, inputShape: [1024] })] });
  const bytesOf = async (m: tf.LayersModel) =>
    ((await artifactsOf(m)).weightData as ArrayBuffer).byteLength;
  expect(await bytesOf(model)).toBe(4 * (1024 * 256 + 256));
  expect(await bytesOf(deploy(model))).toBe((1024 * 256) / 4 + 4 + 4 * 256);
  const names = present((await artifactsOf(deploy(model))).weightSpecs).map(({ name }) => name);
  expect(names.map((name) => name.split('/').pop())).toEqual(['packed', 'scale', 'bias']);
});

test('every one of the 32 bits of a packed word is saved', async () => {
  const deployed = deploy(tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [64] })] }));
  const words = Int32Array.from({ length: 12 }, (_, i) => (i % 2 ? 0xaaaaaaaa | 0 : 0x2a55aa84));
  deployed.layers[0].setWeights([tf.tensor2d(words, [3, 4], 'int32'), tf.ones([1]), tf.zeros([3])]);
  const loaded = await onDisk(deployed);
  expect([...weight(loaded.layers[0], 'packed').dataSync()]).toEqual([...words]);
});

test('custom regularizers and initializers survive', async () => {
  // tfjs does not export the class of regularizers; it is what L1L2 extends.
  const l1l2 = tf.regularizers.l1l2().constructor;
  const Regularizer = Object.getPrototypeOf(l1l2) as new () => tf.serialization.Serializable;
  class Cubic extends Regularizer {
    static readonly className = 'Cubic';
    constructor(readonly config: { rate: number }) {
      super();
    }
    apply(weights: tf.Tensor): tf.Scalar {
      return tf.mul(this.config.rate, tf.sum(tf.pow(tf.abs(weights), 3)));
    }
    getConfig(): tf.serialization.ConfigDict {
      return { rate: this.config.rate };
    }
  }
  tf.serialization.registerClass(Cubic as never);
  const layer = bitLinear({
    units: 2,
    inputShape: [3],
    kernelRegularizer: new Cubic({ rate: 0.25 }),
    biasRegularizer: tf.regularizers.l1({ l1: 0.5 }),
    kernelInitializer: tf.initializers.truncatedNormal({ mean: 1, stddev: 0.5, seed: 7 }),
    biasInitializer: tf.initializers.constant({ value: 3 }),
  });
  const model = tf.sequential({ layers: [layer] });
  const loaded = (await inMemory(model)).layers[0];
  expect(loaded.getConfig()).toEqual(layer.getConfig());
  expect(loaded.getConfig()['kernelRegularizer']).toMatchObject({ config: { rate: 0.25 } });
  const penalty = (l: tf.layers.Layer) => l.calculateLosses().map((loss) => loss.dataSync()[0]);
  expect(penalty(loaded)).toEqual(penalty(layer));
  expect(deploy(model).layers[0].calculateLosses()).toEqual([]);
});

test.each(Object.entries(WAYS))('metadata survives, deployed and saved %s', async (_, reload) => {
  const model = tf.sequential({ layers: [bitLinear({ units: 2, inputShape: [3] })] });
  model.setUserDefinedMetadata({ labels: ['a', 'b'] });
  const loaded = await reload(deploy(model));
  expect(loaded.getUserDefinedMetadata()).toEqual({ labels: ['a', 'b'] });
});

test('a model saved with its optimizer trains on where it stopped', async () => {
  const model = tf.sequential();
  model.add(bitLinear({ units: 8, inputShape: [6], kernelQuantizer: 'lsq' }));
  model.add(bitLinear({ units: 1 }));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const [x, y] = [randomTensor([16, 6]), tf.ones([16, 1])];
  const step = (m: tf.LayersModel) => m.fit(x, y, { batchSize: 16, shuffle: false, verbose: 0 });
  await step(model);
  const loaded = await load(await artifactsOf(model, { includeOptimizer: true }));
  await step(model);
  await step(loaded);
  model.getWeights().forEach((values, i) => expectIdentical(loaded.getWeights()[i], values));
});

describe('damaged files are refused', () => {
  const deployed = () =>
    deploy(tf.sequential({ layers: [bitLinear({ units: 9, inputShape: [70] })] }));

  const TRUNCATED = /tensor should have|byte length|bytes, as model\.json says/;

  test.each([4, 6, 300])('weights short of %i bytes, in memory', async (missing) => {
    const artifacts = await artifactsOf(deployed());
    const bytes = artifacts.weightData as ArrayBuffer;
    const weightData = bytes.slice(0, bytes.byteLength - missing);
    await expect(load({ ...artifacts, weightData })).rejects.toThrow(TRUNCATED);
    expect((await load(artifacts)).layers).toHaveLength(1);
  });

  test('a truncated file', async () => {
    const cut = (folder: string) => {
      const name = readdirSync(folder).find((name) => name.endsWith('.bin'));
      const file = join(folder, present(name));
      expect(readFileSync(file).length).toBe(4 * (9 * 8 + 1 + 9));
      truncateSync(file, statSync(file).size - 20);
    };
    await expect(onDisk(deployed(), cut)).rejects.toThrow(TRUNCATED);
  });

  test('packed weights of another shape or type', async () => {
    const artifacts = await artifactsOf(deployed());
    const change = (spec: Partial<tf.io.WeightsManifestEntry>) => {
      const [packed, ...rest] = present(artifacts.weightSpecs);
      return { ...artifacts, weightSpecs: [{ ...packed, ...spec }, ...rest] };
    };
    expect(artifacts.weightSpecs?.[0]).toMatchObject({ shape: [9, 8], dtype: 'int32' });
    await expect(load(change({ shape: [8, 9] }))).rejects.toThrow(/[Ss]hape/);
    const ofFloats = await load(change({ dtype: 'float32' })).then(
      (model) => () => model.predict(tf.ones([1, 70])),
      (error: Error) => () => {
        throw error;
      },
    );
    expect(ofFloats).toThrow(/dtype|type/);
  });

  test('a layout that is not known', async () => {
    const artifacts = await artifactsOf(deployed());
    const text = JSON.stringify(artifacts.modelTopology);
    expect(text).toContain('"layout":"int2"');
    const modelTopology = JSON.parse(text.replace('"layout":"int2"', '"layout":"int3"')) as object;
    await expect(load({ ...artifacts, modelTopology })).rejects.toThrow(
      /^BitLinear layer ".*": layout must be 'int2', got "int3"\.$/,
    );
  });

  test('code 3', async () => {
    const artifacts = await artifactsOf(deployed());
    new Uint8Array(artifacts.weightData as ArrayBuffer)[17] = 0xff;
    await expect(load(artifacts)).rejects.toThrow(
      'packed must be words of the codes 0, 1 and 2, got "code 3"',
    );
  });
});
