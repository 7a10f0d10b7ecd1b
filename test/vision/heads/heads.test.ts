import * as tf from '@tensorflow/tfjs';
import {
  bitLinear,
  convert,
  deploy,
  disposeModel,
  planConversion,
  summary,
  verify,
} from '../../../src';
import { boq, classToken, gemPooling, meanTokens, mixVpr, salad } from '../../../src/vision';
import { memory } from '../../support/leaks';
import { inMemory, onDisk } from '../../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../../support/values';

const [BATCH, TOKENS, CHANNELS] = [2, 10, 8];
const tokens = (seed = 1) => randomTensor([BATCH, TOKENS, CHANNELS], seed);
const apply = (layer: tf.layers.Layer, x: tf.Tensor) => layer.apply(x) as tf.Tensor;

/** Each head, small, with the width of its output. */
const HEADS = {
  classToken: { make: () => classToken({ name: 'head' }), width: CHANNELS },
  meanTokens: { make: () => meanTokens({ name: 'head' }), width: CHANNELS },
  'gemPooling without units': { make: () => gemPooling({ name: 'head' }), width: CHANNELS },
  gemPooling: {
    make: () => gemPooling({ name: 'head', units: 5, normalizeOver: 'channels' }),
    width: 5,
  },
  mixVpr: {
    make: () => mixVpr({ name: 'head', depth: 2, outputChannels: 3, rows: 2 }),
    width: 6,
  },
  boq: {
    make: () => boq({ name: 'head', width: 4, numHeads: 2, queries: 2, rows: 3 }),
    width: 12,
  },
  salad: {
    make: () =>
      salad({ name: 'head', clusters: 3, clusterWidth: 2, tokenWidth: 4, hiddenWidth: 6 }),
    width: 10,
  },
};

/** JSON has null for a seed that is undefined. */
const configOf = (net: tf.LayersModel) =>
  JSON.stringify(net.getConfig(), (_, value: unknown) => value ?? null);

/** A model of a ternary layer and a head. */
function model(head: tf.layers.Layer, shape: Array<number | null> = [TOKENS, CHANNELS]) {
  const inputs = tf.input({ shape });
  const before = bitLinear({ units: CHANNELS, name: 'before' }).apply(inputs);
  return tf.model({ inputs, outputs: head.apply(before) as tf.SymbolicTensor });
}

describe.each(Object.entries(HEADS))('%s', (_, { make, width }) => {
  test('trains all of its weights without leaks, and is deployed, saved and loaded', async () => {
    const net = model(make());
    expect(net.outputs[0]!.shape).toEqual([null, width]);
    net.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const values = () => net.getWeights().map((weight) => [...weight.dataSync()]);
    const [x, y] = [tokens(), randomTensor([BATCH, width], 2)];
    const before = values();
    const fit = () => net.fit(x, y, { epochs: 1, batchSize: BATCH, verbose: 0 });
    await fit();
    const moved = values().map((weight, i) => weight.some((value, j) => value !== before[i]![j]));
    const still = net.weights.filter((_, i) => !moved[i]).map(({ originalName }) => originalName);
    // The bias of keys adds the same to every score of a query, and the dustbin's score is the same for every patch, so
    // that Sinkhorn's iterations take it off again: their gradients are 0, or what rounding makes of it.
    expect(still.filter((name) => !/(key\/bias|dustbin)$/.test(name))).toEqual([]);

    const held = memory();
    await fit();
    const outputs = net.predict(x) as tf.Tensor;
    outputs.dispose();
    expect(memory()).toEqual(held);

    const deployed = deploy(net);
    expect((await verify(net, deployed, tokens())).identical).toBe(true);
    for (const reload of [inMemory, onDisk]) {
      const loaded = await reload(deployed);
      expect(configOf(loaded)).toBe(configOf(deployed));
      expectIdentical(loaded.predict(x) as tf.Tensor, deployed.predict(x) as tf.Tensor);
      disposeModel(loaded);
    }
    expectIdentical((await inMemory(net)).predict(x) as tf.Tensor, net.predict(x) as tf.Tensor);
  });

  test('an image has the same descriptor alone and among others', () => {
    const head = make();
    const x = tokens();
    const [all, alone] = [apply(head, x), apply(head, tf.slice(x, [1], [1]))];
    expectClose(tf.slice(all, [1], [1]), alone, 1e-6);
  });

  test('disposing of the model leaves nothing', () => {
    const before = memory();
    disposeModel(model(make()));
    expect(memory()).toEqual(before);
  });

  test('refuses what are no tokens', () => {
    const wrong = /layer "head": tokens must be of shape \[batch, 1 \+ .*, got \[.*\]\./;
    for (const shape of [[8], [3, 10, 8], [1, 8], [TOKENS, null]]) {
      expect(() => make().apply(tf.input({ shape }))).toThrow(wrong);
    }
    for (const shape of [
      [2, 8],
      [2, 1, 8],
    ]) {
      expect(() => make().apply(tf.ones(shape))).toThrow(wrong);
    }
  });
});

test('the defaults are those that are published', () => {
  const width = (head: tf.layers.Layer) => head.computeOutputShape([null, 530, 768]);
  expect(width(gemPooling({ units: 2048 }))).toEqual([null, 2048]);
  expect(width(mixVpr())).toEqual([null, 4096]);
  expect(width(boq())).toEqual([null, 12288]);
  expect(width(salad())).toEqual([null, 8448]);
  expect(width(mixVpr({ depth: 1, outputChannels: 512 }))).toEqual([null, 2048]);
  expect(width(boq({ queries: 32, rows: 32 }))).toEqual([null, 16384]);
});

test('mean of tokens: of the patches, or of all', () => {
  const x = tf.tensor3d([[[8, 2], [1, 4], [3, 0]]]); // prettier-ignore
  expect([...apply(meanTokens(), x).dataSync()]).toEqual([2, 2]);
  expect([...apply(meanTokens({ withClassToken: true }), x).dataSync()]).toEqual([4, 2]);
  expect([...apply(classToken(), x).dataSync()]).toEqual([8, 2]);
});

test('GeM: equal tokens give their value, and zeros give the lowest one', () => {
  const layer = gemPooling({ normalizeOver: 'channels', initialPower: 2 });
  const y = apply(layer, tf.tile(tf.tensor3d([[[3, 4, -1, 0]]]), [1, 5, 1]));
  const length = Math.sqrt(26);
  expectClose(y, [3 / length, 4 / length, 1e-6, 1e-6], 1e-6);
  const grads = tf.grad((x) => tf.sum(apply(gemPooling(), x)))(tf.zeros([1, 4, 2]));
  expect([...grads.dataSync()].every(Number.isFinite)).toBe(true);
});

test('BoQ: the grid may have fewer rows than columns', () => {
  const options = { width: 4, numHeads: 2, queries: 2, rows: 3 };
  const head = boq({ ...options, grid: [2, 3] });
  expect(apply(head, randomTensor([1, 7, CHANNELS])).shape).toEqual([1, 12]);
  const x = tokens();
  const turned = boq({ ...options, grid: [1, 9] });
  const square = boq(options);
  const outputs = [square, turned].map((layer) => {
    apply(layer, x);
    layer.setWeights(square.getWeights());
    return apply(layer, x).dataSync();
  });
  expect(outputs[0]).not.toEqual(outputs[1]);
});

test('SALAD drops numbers in training alone', () => {
  const head = HEADS.salad.make();
  const x = tokens();
  expectIdentical(apply(head, x), apply(head, x));
  const [a, b] = [1, 2].map(() => (head.apply(x, { training: true }) as tf.Tensor).dataSync());
  expect(a).not.toEqual(b);
});

test('bad input is refused by name', () => {
  expect(() => boq({ width: 96 })).toThrow('Boq: width must be a multiple of 64, for the heads');
  expect(() => boq({ name: 'b', width: 10, numHeads: 4 })).toThrow(
    'Boq layer "b": width must be a multiple of 4, for the heads, got 10.',
  );
  expect(() => boq({ grid: [3, 0] })).toThrow('grid must be two positive integers');
  expect(() => salad({ dropout: 1 })).toThrow('dropout must be a number from 0 to below 1, got 1.');
  const small = { width: 4, numHeads: 2 };
  expect(() => boq({ ...small, name: 'b' }).apply(tf.ones([1, 9, 8]))).toThrow(
    'Boq layer "b": tokens must be of shape [batch, 1 + rows * rows, channels], as no grid is given',
  );
  expect(() => boq({ ...small, grid: [3, 4] }).apply(tf.ones([1, 10, 8]))).toThrow(
    'tokens must be of shape [batch, 1 + 3 * 4, channels], as the grid is [3, 4], got [1,10,8].',
  );
  expect(() => salad({ clusters: 9 }).apply(tf.ones([1, 10, 8]))).toThrow('more than 9 patches');
  expect(() => mixVpr().apply(tf.input({ shape: [null, 8] }))).toThrow('a known number of patches');
  const mixer = mixVpr({ depth: 1, outputChannels: 2, name: 'm' });
  apply(mixer, tokens());
  expect(() => apply(mixer, randomTensor([1, 17, 8]))).toThrow(
    'MixVpr layer "m": tokens must be of shape [batch, 10, channels], with which the layer was built, got [1,17,8].',
  );
  const head = gemPooling({ units: 2, name: 'g' });
  apply(head, tokens());
  expect(() => apply(head, randomTensor([1, 10, 7]))).toThrow(
    'GemPooling layer "g": tokens must be of 8 channels, with which the layer was built, got [1,10,7].',
  );
});

describe('layers inside layers inside a head', () => {
  const net = () => model(HEADS.boq.make());

  test('have names and paths of their own, and count', () => {
    const { weights } = net();
    const names = weights.map(({ originalName }) => originalName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('head/block1/cross_attention/query/kernel');
    const { layers } = summary(net());
    const macsOf = new Map(layers.map(({ path, macs }) => [path, macs.float32]));
    expect(macsOf.get('head/convolution')).toBe(9 * 9 * CHANNELS * 4);
    expect(macsOf.get('head/block0/encoder_attention/query')).toBe(9 * 4 * 4);
    expect(macsOf.get('head/block0/query_attention/query')).toBe(2 * 4 * 4);
    expect(macsOf.get('head/block0/cross_attention/key')).toBe(9 * 4 * 4);
    expect(macsOf.get('head/rows')).toBe(4 * (2 * 2) * 3);
  });

  test('become ternary by convert, but the one of the output, and are deployed', async () => {
    const float = net();
    const plan = planConversion(float);
    const kept = plan.layers.filter(({ converted }) => !converted).map(({ path }) => path);
    expect(kept).toEqual(['before', 'head/rows']);
    const ternary = convert(float);
    const deployed = deploy(ternary);
    const { identical, layers } = await verify(ternary, deployed, tokens());
    expect(identical).toBe(true);
    expect(layers.map(({ path }) => path)).toContain('head/block1/query_attention/value');
    const loaded = await inMemory(deployed);
    expectIdentical(loaded.predict(tokens()) as tf.Tensor, deployed.predict(tokens()) as tf.Tensor);
    const skipped = planConversion(float, { skip: ['head/**'] });
    expect(skipped.layers.some(({ converted }) => converted)).toBe(false);
  });

  test('are frozen with it', () => {
    const frozen = net();
    const count = frozen.trainableWeights.length;
    frozen.layers[2]!.trainable = false;
    expect(frozen.trainableWeights.map(({ originalName }) => originalName)).toEqual([
      'before/kernel',
      'before/bias',
    ]);
    expect(frozen.nonTrainableWeights).toHaveLength(count - 2);
    frozen.layers[2]!.trainable = true;
    expect(frozen.trainableWeights).toHaveLength(count);
  });
});
