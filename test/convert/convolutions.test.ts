import * as tf from '@tensorflow/tfjs';
import { convert, deploy, planConversion, sensitivity, summary, verify } from '../../src';
import { folder } from '../../src/io/folder';
import { removeFolders, saved } from '../support/folders';
import { weightValues } from '../support/models';
import { topology } from '../support/topologies';
import { expectIdentical, randomTensor } from '../support/values';

const { conv2d, dense } = tf.layers;
const symbolic = (value: unknown) => value as tf.SymbolicTensor;
const same = { kernelSize: 3, padding: 'same' } as const;

afterAll(removeFolders);

/** Small nets in the shapes of well-known ones. */
const NETS: Record<string, () => tf.LayersModel> = {
  VGG: () =>
    tf.sequential({
      layers: [
        conv2d({ ...same, filters: 4, inputShape: [8, 8, 3], activation: 'relu', name: 'first' }),
        conv2d({ ...same, filters: 4, activation: 'relu', name: 'second' }),
        tf.layers.maxPooling2d({}),
        conv2d({ ...same, filters: 8, activation: 'relu', name: 'third' }),
        tf.layers.flatten(),
        dense({ units: 6, activation: 'relu', name: 'hidden' }),
        dense({ units: 2, name: 'head' }),
      ],
    }),
  ResNet() {
    const image = tf.input({ shape: [9, 9, 3] });
    const stem = conv2d({ filters: 4, kernelSize: 5, strides: 2, name: 'first' }).apply(image);
    const shared = conv2d({ ...same, filters: 4, useBias: false, name: 'second' });
    const inner = tf.sequential({
      name: 'block',
      layers: [
        tf.layers.batchNormalization({ inputShape: [3, 3, 4] }),
        conv2d({ ...same, filters: 4, dilationRate: 2, name: 'third' }),
      ],
    });
    const block = inner.apply(shared.apply(shared.apply(stem)));
    const added = tf.layers.add().apply([symbolic(stem), symbolic(block)]);
    const pooled = tf.layers.globalAveragePooling2d({}).apply(added as tf.SymbolicTensor);
    return tf.model({ inputs: image, outputs: symbolic(dense({ units: 2, name: 'head' }).apply(pooled)) });
  },
  MobileNet: () =>
    tf.sequential({
      layers: [
        conv2d({ ...same, filters: 4, strides: 2, inputShape: [8, 8, 3], name: 'first' }),
        tf.layers.depthwiseConv2d({ ...same, name: 'depthwise' }),
        tf.layers.batchNormalization(),
        tf.layers.reLU({ maxValue: 6 }),
        conv2d({ filters: 8, kernelSize: 1, useBias: false, name: 'second' }),
        tf.layers.separableConv2d({ ...same, filters: 5, name: 'separable' }),
        tf.layers.conv2dTranspose({ ...same, filters: 4, strides: 2, name: 'transposed' }),
        tf.layers.globalAveragePooling2d({}),
        dense({ units: 2, name: 'head' }),
      ],
    }),
}; // prettier-ignore

const KEPT: Record<string, Record<string, string>> = {
  VGG: {},
  ResNet: {},
  MobileNet: {
    depthwise: 'depthwise: few inputs for each output, and few weights',
    separable: 'separable: only a Conv2D of its own can be its pointwise half',
    transposed: 'transposed: it has no packed product',
  },
};

describe.each(Object.entries(NETS))('a net like %s', (name, make) => {
  test('the plan says which convolutions become ternary, and why others stay', () => {
    const { layers } = planConversion(make());
    const reasons = Object.fromEntries(layers.map((layer) => [layer.name, layer.reason]));
    expect(reasons).toMatchObject({
      ...{ first: 'first convolution of the model', second: null, head: 'output of the model' },
      ...KEPT[name],
    });
    const others = ['first', 'head', ...Object.keys(KEPT[name])];
    const kept = layers.filter(({ converted }) => !converted).map((layer) => layer.name);
    expect([...kept].sort()).toEqual(others.sort());
  });

  test('keeps its weights, and gives the same before and after deploy, save and load', async () => {
    const model = make();
    const converted = convert(model, { kernelQuantizer: 'twn' });
    expect(weightValues(converted)).toEqual(weightValues(model));
    expect(converted.outputs[0].shape).toEqual(model.outputs[0].shape);
    const x = randomTensor([2, ...(model.inputs[0].shape.slice(1) as number[])]);
    const deployed = await tf.loadLayersModel(folder(await saved(deploy(converted))));
    const [before, after] = [converted, deployed].map((m) => m.predict(x) as tf.Tensor);
    expectIdentical(after, before);
    const { identical, layers } = await verify(converted, deployed, x);
    expect([identical, layers.every(({ kept }) => kept)]).toEqual([true, true]);
  });

  test('the plan knows the bytes of the deployed model', () => {
    const model = make();
    const { totals } = planConversion(model);
    const deployed = summary(deploy(convert(model)));
    expect(deployed.totals.bytes).toBe(totals.deployedBytes);
  });
});

test('`layers` names the kinds, and the first convolution may be converted', () => {
  const convertedOf = (options: Parameters<typeof planConversion>[1]) =>
    planConversion(NETS['VGG'](), options)
      .layers.filter(({ converted }) => converted)
      .map((layer) => layer.name);
  expect(convertedOf({ layers: ['dense'] })).toEqual(['hidden']);
  expect(convertedOf({ layers: ['conv2d'] })).toEqual(['second', 'third']);
  expect(convertedOf({ convertFirstConvolution: true, layers: ['conv2d'] })).toContain('first');
  expect(convertedOf({ skip: 'third' })).toEqual(['second', 'hidden']);
  expect(convertedOf({ layers: [] })).toEqual([]);
});

test('channels that come first, and constraints, stay float', () => {
  const model = tf.sequential({
    layers: [
      conv2d({ ...same, filters: 3, inputShape: [4, 4, 3] }),
      conv2d({ ...same, filters: 3, dataFormat: 'channelsFirst', name: 'c' }),
      conv2d({ ...same, filters: 3, kernelConstraint: 'unitNorm', name: 'constrained' }),
      tf.layers.reLU(),
      tf.layers.flatten(),
      dense({ units: 1 }),
    ],
  });
  const { layers } = planConversion(model);
  expect(layers.slice(1, 3).map(({ reason }) => reason)).toEqual([
    'its channels are first: BitConv2D takes them last',
    'its kernelConstraint: BitConv2D takes no constraint',
  ]);
});

test('sensitivity measures convolutions', async () => {
  const { layers } = await sensitivity(NETS['VGG'](), randomTensor([4, 8, 8, 3]));
  expect(layers.map(({ path, shape }) => [path, shape])).toEqual([
    ['second', [36, 4]],
    ['third', [36, 8]],
    ['hidden', [128, 6]],
  ]);
  for (const { layerError } of layers) expect(layerError).toBeGreaterThan(0.05);
});

test('a published MobileNet becomes ternary almost everywhere', async () => {
  const { layers, totals } = planConversion(await topology('nsfwjs_mobilenet_v2'));
  const kept = layers.filter(({ converted }) => !converted);
  const reasons = new Set(kept.map(({ reason }) => reason));
  expect([...reasons]).toEqual([
    'first convolution of the model',
    'depthwise: few inputs for each output, and few weights',
    'output of the model',
  ]);
  expect(totals.converted).toBe(36);
  expect(totals.byteShare).toBeGreaterThan(0.9);
});
