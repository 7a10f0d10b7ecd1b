import * as tf from '@tensorflow/tfjs';
import { BitLinear, convert, deploy, SparsityGate, summary } from '../../src';
import { setBlend } from '../../src/training';
import { visionTransformer, type VisionTransformerOptions } from '../../src/vision';
import { ternarySites } from '../../src/topology/ternary_sites';
import { memory } from '../support/leaks';
import { inMemory } from '../support/saving';
import { difference, expectClose, expectIdentical, randomTensor } from '../support/values';

const SIZES = { imageSize: 8, patchSize: 4, width: 12, depth: 2, numHeads: 2, mlpWidth: 16 };
const STYLES = ['tetra', 'tat'] as const;

const build = (options: Partial<VisionTransformerOptions> = {}) =>
  visionTransformer({ ...SIZES, ...options });
const images = (count: number) => randomTensor([count, 8, 8, 3]);
const ternaryNames = (model: tf.LayersModel) => ternarySites(model).map(({ path }) => path);
const hasLayer = (model: tf.LayersModel, name: string) =>
  model.layers.some((layer) => layer.name === name);

describe('what the styles differ in', () => {
  test('TeTRA-VPR: the last block is float; heads are normalized; tokens are not', () => {
    const model = build({ style: 'tetra' });
    const names = ['attention_qkv', 'attention_output', 'mlp_hidden', 'mlp_output'];
    expect(ternaryNames(model)).toEqual(names.map((name) => `block0_${name}`));
    expect((model.getLayer('block0_mlp_output') as BitLinear).inputQuantizer).toBe('int8');
    expect(hasLayer(model, 'block1_attention_inner_normalization')).toBe(true);
    expect(hasLayer(model, 'block1_mlp_inner_normalization')).toBe(false);
    expect(hasLayer(model, 'normalization')).toBe(false);
  });

  test('TAT-VPR: the last attention is ternary; heads are not normalized; tokens are', () => {
    const model = build({ style: 'tat' });
    const last = ['block1_attention_qkv', 'block1_attention_output'];
    expect(ternaryNames(model).slice(4)).toEqual(last);
    const layer = model.getLayer('block0_mlp_output') as BitLinear;
    expect(layer.inputQuantizer).toBe('none');
    expect(layer.kernelQuantizer).toMatchObject({ name: 'bitnet', addEps: true });
    expect(hasLayer(model, 'block0_attention_inner_normalization')).toBe(false);
    expect(hasLayer(model, 'block0_mlp_inner_normalization')).toBe(true);
    expect(model.layers.at(-1)!.name).toBe('normalization');
  });

  test('queries, keys and values have one scale', () => {
    const qkv = build().getLayer('block0_attention_qkv') as BitLinear;
    expect([qkv.units, qkv.useBias]).toEqual([36, false]);
    expect(qkv.quantizedKernel().scale.shape).toEqual([1]);
  });
});

describe('sizes', () => {
  test('images that are no squares, one channel, heads of another width', () => {
    const options = { imageSize: [8, 16], channels: 1, headDim: 5 } as const;
    const model = build(options);
    expect(model.outputs[0].shape).toEqual([null, 9, 12]);
    expect(model.getLayer('block0_attention').outputShape).toEqual([null, 9, 10]);
    const y = model.predict(randomTensor([2, 8, 16, 1])) as tf.Tensor;
    expect(y.shape).toEqual([2, 9, 12]);
  });

  test('a patch is cut row by row, with its channels innermost', () => {
    const model = build({ imageSize: [4, 6], patchSize: 2, channels: 2 });
    const image = tf.reshape(tf.range(0, 48), [1, 4, 6, 2]);
    const y = model.getLayer('patches').apply(image) as tf.Tensor;
    expect(y.shape).toEqual([1, 6, 8]);
    const [first, second] = [y.slice([0, 0, 0], [1, 1, 8]), y.slice([0, 4, 0], [1, 1, 8])];
    expectIdentical(first, tf.tensor([[[0, 1, 2, 3, 12, 13, 14, 15]]]));
    expectIdentical(second, tf.tensor([[[28, 29, 30, 31, 40, 41, 42, 43]]]));
  });

  test('the MLP is four times as wide unless told', () => {
    const { mlpWidth: _, ...others } = SIZES;
    const layer = visionTransformer(others).getLayer('block1_mlp_hidden');
    expect(layer.outputShape).toEqual([null, 5, 48]);
  });
});

describe.each(STYLES)('%s', (style) => {
  test('trains in fit; deployed, saved and loaded, it gives the same', async () => {
    const model = build({ style, inputQuantizer: 'int8', dropout: 0.1, embeddingDropout: 0.1 });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
    const [x, y] = [images(4), randomTensor([4, 5, 12])];
    const before = model.getWeights().map((weight) => tf.clone(weight));
    await model.fit(x, y, { epochs: 1, batchSize: 2, verbose: 0 });
    model.getWeights().forEach((weight, i) => {
      expect(difference(weight, before[i])).toBeGreaterThan(0);
    });
    const expected = model.predict(x) as tf.Tensor;
    for (const net of [await inMemory(model), deploy(model), await inMemory(deploy(model))]) {
      expectIdentical(net.predict(x) as tf.Tensor, expected);
    }
  });

  test('at a blend of 0 it is the float net, which `convert` makes ternary', () => {
    const [model, float] = [build({ style }), build({ style, ternary: false })];
    expect(ternaryNames(float)).toEqual([]);
    float.setWeights(model.getWeights());
    const x = images(2);
    const skip = float.layers
      .map(({ name }) => name)
      .filter((name) => !ternaryNames(model).includes(name));
    const { kernelQuantizer, inputQuantizer } = model.getLayer('block0_mlp_hidden') as BitLinear;
    const converted = convert(float, { skip, kernelQuantizer, inputQuantizer });
    expectIdentical(converted.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
    setBlend(model, 0);
    expectClose(model.predict(x) as tf.Tensor, float.predict(x) as tf.Tensor);
  });
});

test('training drops values where told, prediction drops none', () => {
  const model = build({ dropout: 0.5, embeddingDropout: 0.25 });
  const dropped = ['tokens', 'block1_attention', 'block1_mlp_hidden', 'block1_mlp'];
  const rates = dropped.map((name) => model.getLayer(`${name}_dropout`).getConfig()['rate']);
  expect(rates).toEqual([0.25, 0.5, 0.5, 0.5]);
  const plain = build();
  expect(plain.layers.some(({ name }) => name.endsWith('_dropout'))).toBe(false);
  plain.setWeights(model.getWeights());
  const x = images(2);
  const y = plain.predict(x) as tf.Tensor;
  expectIdentical(model.predict(x) as tf.Tensor, y);
  const inTraining = model.apply(x, { training: true }) as tf.Tensor;
  expect(difference(inTraining, y)).toBeGreaterThan(0.1);
});

test('gates are before the ternary layers alone, and of the kind told', () => {
  const model = build({ style: 'tat', gate: { sparsity: 0.5, scope: 'block4' } });
  const gates = model.layers.filter(
    (layer): layer is SparsityGate => layer instanceof SparsityGate,
  );
  expect(gates.map(({ name }) => name)).toEqual(ternaryNames(model).map((name) => `${name}_gate`));
  expect(gates.every(({ sparsity, scope }) => sparsity === 0.5 && scope === 'block4')).toBe(true);
  expect(() => build({ gate: {}, ternary: false })).toThrow('gate must be left out where ternary');
});

test('frozen but for its last block, it trains that one alone', async () => {
  const model = build();
  for (const layer of model.layers) layer.trainable = layer.name.startsWith('block1_');
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const before = model.getWeights().map((weight) => tf.clone(weight));
  await model.fit(images(2), randomTensor([2, 5, 12]), { verbose: 0 });
  const moved = model.weights.filter((weight, i) => difference(weight.read(), before[i]) > 0);
  expect(moved.map(({ originalName }) => originalName)).toEqual(
    model.weights
      .map(({ originalName }) => originalName)
      .filter((name) => name.startsWith('block1_')),
  );
});

test('prediction and training leave no tensors', async () => {
  const model = build();
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const [x, y] = [images(2), randomTensor([2, 5, 12])];
  const step = async () => {
    (model.predict(x) as tf.Tensor).dispose();
    await model.fit(x, y, { epochs: 1, verbose: 0 });
  };
  await step();
  const before = memory();
  await step();
  expect(memory()).toEqual(before);
});

test('summary counts its weights', () => {
  const model = build();
  const { totals } = summary(model);
  expect(totals.parameters).toBe(model.countParams());
});

describe('bad input is refused by name', () => {
  test('a patch that does not divide the image', () => {
    for (const imageSize of [10, [8, 10]] as const) {
      expect(() => build({ imageSize })).toThrow(
        `visionTransformer: imageSize must be a multiple of patchSize 4 in height and width, got ${JSON.stringify(imageSize)}.`,
      );
    }
  });

  test('heads that do not fit', () => {
    expect(() => build({ numHeads: 5 })).toThrow(
      'visionTransformer: numHeads must be a divisor of width 12 where headDim is left out, got 5.',
    );
  });

  test('an unknown style or quantizer; one for a float net; a wrong rate', () => {
    expect(() => build({ style: 'vit' as never })).toThrow(
      `visionTransformer: style must be 'tetra' or 'tat', got "vit".`,
    );
    expect(() => build({ kernelQuantizer: 'bitnett' })).toThrow(
      'visionTransformer: kernelQuantizer must be one of',
    );
    for (const option of [{ kernelQuantizer: 'bitnet' }, { inputQuantizer: 'int8' }] as const) {
      expect(() => build({ ...option, ternary: false })).toThrow(
        `must be left out where ternary is false, got ${JSON.stringify(Object.values(option)[0])}.`,
      );
    }
    expect(() => build({ dropout: 1 })).toThrow(
      'dropout must be a number from 0 to below 1, got 1.',
    );
  });

  test('images of another size or number of channels', () => {
    const model = build();
    for (const shape of [
      [1, 8, 12, 3],
      [1, 8, 8, 1],
      [1, 16, 16, 3],
    ]) {
      // prettier-ignore
      expect(() => model.predict(tf.zeros(shape))).toThrow(
        `expected image to have shape [null,8,8,3] but got array with shape [${shape}]`,
      );
      expect(() => model.apply(tf.zeros(shape))).toThrow(
        `ImagePatches layer "patches": input must be of shape [batch, 8, 8, 3], got [${shape}].`,
      );
    }
    expect(() => model.predict(tf.zeros([8, 8, 3]))).toThrow('image');
  });
});
