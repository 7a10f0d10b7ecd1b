import * as tf from '@tensorflow/tfjs';
import { BitLinear, convert, deploy, disposeModel, planConversion, verify } from '../../src';
import { layerSites } from '../../src/topology/layer_sites';
import { FLOAT_MODELS } from '../support/float_models';
import { memory } from '../support/leaks';
import { predictions, structureOf, weightValues } from '../support/models';
import { artifactsOf, inMemory, load } from '../support/saving';
import { expectIdentical, randomSource, randomTensor } from '../support/values';
import { present } from '../support/present';

const quantizers = ['bitnet', 'lsq'];

// tfjs warns that it cannot save a recurrent layer's initialState; it saves it as an input.
beforeEach(() => jest.spyOn(console, 'warn').mockImplementation());
afterEach(() => jest.restoreAllMocks());

function expectSameOutputs(a: tf.LayersModel, b: tf.LayersModel, x: tf.Tensor | tf.Tensor[]): void {
  const [expected, actual] = [predictions(a, x), predictions(b, x)];
  expect(actual).toHaveLength(expected.length);
  expected.forEach((tensor, i) => expectIdentical(actual[i], tensor));
}

/** The weights of a model that are not learned scales. */
function withoutScales(model: tf.LayersModel): Record<string, number[]> {
  const entries = Object.entries(weightValues(model));
  return Object.fromEntries(entries.filter(([name]) => !name.endsWith('/alpha')));
}

function trainableNames(model: tf.LayersModel): string[] {
  const names = model.trainableWeights.map((weight) => weight.originalName);
  return names.filter((name) => !name.endsWith('/alpha')).sort();
}

describe.each(FLOAT_MODELS)('convert(model) with %s', (_, build) => {
  test('skipping every layer gives a model with the same outputs', () => {
    const { model, x } = build();
    const copy = convert(model, { skip: () => true });
    expect(structureOf(copy)).toEqual(structureOf(model));
    expect(copy.getConfig()).toEqual(model.getConfig());
    expectSameOutputs(model, copy, x);
  });

  test.each(quantizers)(
    'keeps weights, names, topology and what is frozen: %s',
    (kernelQuantizer) => {
      const { model } = build();
      const converted = convert(model, { kernelQuantizer, convertOutputs: true });
      expect(withoutScales(converted)).toEqual(weightValues(model));
      expect(trainableNames(converted)).toEqual(trainableNames(model));
      const classes: Record<string, string> = {
        Dense: 'BitLinear',
        LayerNormalization: 'LayerNorm',
        BatchNormalization: 'BatchNorm',
      };
      const { layers, ...rest } = structureOf(model);
      const expected = layers.map(([path, name, ...more]) => [
        path,
        classes[name] ?? name,
        ...more,
      ]);
      expect(structureOf(converted)).toEqual({ ...rest, layers: expected });
      const sites = [...layerSites(converted)];
      expect(sites.map(({ path }) => path)).toEqual([...layerSites(model)].map(({ path }) => path));
      expect(sites.some(({ layer }) => layer instanceof BitLinear)).toBe(true);
      expect(sites.some(({ layer }) => layer.getClassName() === 'Dense')).toBe(false);
    },
  );

  test('the source is as it was, also after training the new model', async () => {
    const { model, x } = build();
    const before = { weights: weightValues(model), outputs: predictions(model, x) };
    const config = JSON.stringify(model.getConfig());
    const converted = convert(model, { kernelQuantizer: 'lsq' });
    for (const layer of converted.layers) {
      // The wasm backend cannot train them.
      if (/^(Conv2D|Embedding)$/.test(layer.getClassName())) layer.trainable = false;
    }
    converted.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const y = predictions(model, x).map((output) => tf.add(output, 1));
    await converted.fit(x, y, { epochs: 2, verbose: 0 });
    expect(weightValues(converted)).not.toEqual(before.weights);
    expect(weightValues(model)).toEqual(before.weights);
    expect(JSON.stringify(model.getConfig())).toBe(config);
    predictions(model, x).forEach((tensor, i) => expectIdentical(tensor, before.outputs[i]));
  });

  test('the result is saved, loaded, deployed and verified', async () => {
    const { model, x } = build();
    const converted = convert(model, { kernelQuantizer: 'lsq', convertOutputs: true });
    const loaded = await inMemory(converted);
    expectSameOutputs(converted, loaded, x);
    const deployed = deploy(loaded);
    expect(await verify(loaded, deployed, x)).toMatchObject({ identical: true });
    expectSameOutputs(converted, await inMemory(deployed), x);
  });

  test('the plan says what happens to each layer', () => {
    const { model } = build();
    for (const options of [{}, { convertOutputs: true }, { skip: () => true }]) {
      const planned = planConversion(model, options).layers.filter((layer) => layer.converted);
      const ternary = [...layerSites(convert(model, options))].filter(
        ({ layer }) => layer instanceof BitLinear,
      );
      expect(planned.map(({ path }) => path)).toEqual(ternary.map(({ path }) => path));
    }
  });

  test('nothing is left when both are disposed', () => {
    const before = memory();
    const { model, x } = build();
    const converted = convert(model, { kernelQuantizer: 'paretoq' });
    tf.dispose([converted.predict(x), x]);
    disposeModel(model);
    disposeModel(converted);
    disposeModel(converted);
    expect(memory()).toEqual(before);
  });
});

describe('learned scales', () => {
  test.each(['lsq', 'paretoq'])('start from the copied kernel: %s', (kernelQuantizer) => {
    const dense = tf.layers.dense({ units: 5, inputShape: [7] });
    const model = tf.sequential({ layers: [dense] });
    const converted = convert(model, { kernelQuantizer, convertOutputs: true });
    const expected = BitLinear.fromDense(dense, { kernelQuantizer });
    converted.layers[0]
      .getWeights()
      .forEach((weight, i) => expectIdentical(weight, expected.getWeights()[i]));
  });
});

describe('compile: true', () => {
  test.each([
    ['sgd', () => tf.train.sgd(0.3), 'meanSquaredError'],
    ['momentum', () => tf.train.momentum(0.3, 0.8, true), 'meanAbsoluteError'],
    ['adam', () => tf.train.adam(0.3, 0.8, 0.9, 1e-4), 'meanSquaredError'],
    ['rmsprop', () => tf.train.rmsprop(0.3, 0.8, 0.1, 1e-4, true), ['meanSquaredError']],
  ])('carries optimizer, loss and metrics over: %s', async (_, optimizer, loss) => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [3] }), tf.layers.dense({ units: 1 })],
    });
    model.compile({ optimizer: optimizer(), loss, metrics: ['mae'] });
    const converted = convert(model, { compile: true });
    expect(converted.optimizer).not.toBe(model.optimizer);
    expect(converted.optimizer.constructor).toBe(model.optimizer.constructor);
    expect(converted.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
    expect([converted.loss, converted.metrics]).toEqual([loss, ['mae']]);
    const [x, y] = [randomTensor([8, 3]), randomTensor([8, 1])];
    const { history } = await converted.fit(x, y, { verbose: 0 });
    expect(Object.keys(history)).toEqual(['loss', 'mae']);
  });

  test('the new optimizer goes with the new model', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
    model.compile({ optimizer: tf.train.adam(), loss: 'meanSquaredError' });
    const before = memory();
    const converted = convert(model, { compile: true, convertOutputs: true });
    const [x, y] = [randomTensor([8, 3]), randomTensor([8, 1])];
    await converted.fit(x, y, { verbose: 0 });
    tf.dispose([x, y]);
    disposeModel(converted);
    expect(memory()).toEqual(before);
  });
});

test('metadata, and the class of the model, are kept', () => {
  class Named extends tf.LayersModel {}
  const x = tf.input({ shape: [3] });
  const outputs = tf.layers.dense({ units: 2 }).apply(x) as tf.SymbolicTensor;
  const model = new Named({ inputs: x, outputs, name: 'net' });
  model.setUserDefinedMetadata({ labels: ['a', 'b'] });
  const converted = convert(model, { convertOutputs: true });
  expect(converted).toBeInstanceOf(Named);
  expect(converted.getUserDefinedMetadata()).toEqual({ labels: ['a', 'b'] });
});

test('regularizers keep their penalty; dropping a constraint is left to the user', () => {
  const constrained = tf.layers.dense({
    units: 3,
    kernelConstraint: 'nonNeg',
    name: 'constrained',
  });
  const regularized = tf.layers.dense({ units: 3, inputShape: [4], kernelRegularizer: 'l1l2' });
  const model = tf.sequential({
    layers: [regularized, constrained, tf.layers.dense({ units: 1 })],
  });
  // As training leaves it: tfjs does not apply constraints in fit.
  (constrained.weights[0].read() as tf.Variable).assign(tf.fill([3, 3], -2));
  const converted = convert(model);
  const penalty = (layer: tf.layers.Layer) => layer.calculateLosses()[0].dataSync()[0];
  expect(penalty(converted.layers[0])).toBe(penalty(regularized));
  expect(converted.layers.map((layer) => layer.getClassName())).toEqual([
    'BitLinear',
    'Dense',
    'Dense',
  ]);
  expect([...converted.layers[1].weights[0].read().dataSync()]).toEqual(Array(9).fill(-2));
  expect(planConversion(model).layers[1].reason).toBe(
    'its kernelConstraint: BitLinear takes no constraint',
  );
});

describe('models from disk', () => {
  const source = () => FLOAT_MODELS[1][1]();

  /** As tfjs's converter quantizes a manifest: every weight to codes of `dtype`. */
  async function quantized(dtype: 'uint8' | 'uint16' | 'float16'): Promise<tf.io.ModelArtifacts> {
    const artifacts = await artifactsOf(source().model);
    const weightSpecs: tf.io.WeightsManifestEntry[] = present(artifacts.weightSpecs).map(
      (spec) => ({
        ...spec,
        quantization: dtype === 'float16' ? { dtype } : { dtype, scale: 2 ** -7, min: -1 },
      }),
    );
    const count = (artifacts.weightData as ArrayBuffer).byteLength / 4;
    const random = randomSource(1);
    // Below 0x7c00 a float16 is finite.
    const codes = Array.from({ length: count }, () =>
      Math.floor((dtype === 'uint8' ? 256 : 0x4000) * random()),
    );
    const weightData = (dtype === 'uint8' ? Uint8Array : Uint16Array).from(codes).buffer;
    return { ...artifacts, weightSpecs, weightData };
  }

  test.each(['uint8', 'uint16', 'float16'] as const)(
    'with a manifest quantized to %s',
    async (dtype) => {
      const { x } = source();
      const model = await load(await quantized(dtype));
      const converted = convert(model, { convertOutputs: true });
      expect(weightValues(converted)).toEqual(weightValues(model));
      expectSameOutputs(model, convert(model, { skip: '*' }), x);
      expect(await verify(converted, deploy(converted), x)).toMatchObject({ identical: true });
    },
  );

  test.each(['Model', 'Functional'])('made by Keras 2, of class %s', async (className) => {
    const artifacts = await artifactsOf(source().model);
    const topology = artifacts.modelTopology as Record<string, unknown>;
    const modelTopology = { ...topology, class_name: className };
    const model = await load({ ...artifacts, modelTopology });
    expect(model.getClassName()).toBe(className);
    const converted = convert(model);
    expect(structureOf(converted).className).toBe(className);
    expect(weightValues(converted)).toEqual(weightValues(model));
    expect((await inMemory(converted)).getClassName()).toBe(className);
  });
});
