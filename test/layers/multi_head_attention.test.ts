import * as tf from '@tensorflow/tfjs';
import {
  convert,
  deploy,
  disposeModel,
  MultiHeadAttention,
  multiHeadAttention,
  planConversion,
  summary,
  verify,
} from '../../src';
import { memory } from '../support/leaks';
import { inMemory, onDisk } from '../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../support/values';

const [BATCH, QUERIES, KEYS, WIDTH] = [2, 4, 6, 8];
const query = () => randomTensor([BATCH, QUERIES, WIDTH], 1);
const value = () => randomTensor([BATCH, KEYS, 5], 2);

function apply(layer: tf.layers.Layer, inputs: tf.Tensor | tf.Tensor[], kwargs = {}): tf.Tensor {
  return layer.apply(inputs, kwargs) as tf.Tensor;
}

function copyOf(layer: tf.layers.Layer): tf.layers.Layer {
  return MultiHeadAttention.fromConfig(MultiHeadAttention, layer.getConfig()) as tf.layers.Layer;
}

/** A model of one layer of attention to itself. */
function model(options: object = {}): tf.LayersModel {
  const inputs = tf.input({ shape: [null, WIDTH] });
  const layer = multiHeadAttention({ numHeads: 2, keyDim: 3, name: 'attention', ...options });
  return tf.model({ inputs, outputs: layer.apply(inputs) as tf.SymbolicTensor });
}

test('float projections compute the formula', () => {
  const layer = multiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 5, ternary: false });
  const actual = apply(layer, [query(), value()]);
  const [wq, bq, wk, bk, wv, bv, wo, bo] = layer.getWeights();
  const linear = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) => {
    const [batch, time, width] = x.shape;
    const rows = tf.matMul(tf.reshape(x, [-1, width!]) as tf.Tensor2D, kernel as tf.Tensor2D);
    return tf.reshape(tf.add(rows, bias), [batch!, time!, -1]);
  };
  const heads = (x: tf.Tensor) =>
    tf.transpose(tf.reshape(x, [BATCH, x.shape[1]!, 2, x.shape[2]! / 2]), [0, 2, 1, 3]);
  const [q, k, v] = [
    linear(query(), wq!, bq!),
    linear(value(), wk!, bk!),
    linear(value(), wv!, bv!),
  ];
  const scores = tf.div(tf.matMul(heads(q), heads(k), false, true), Math.sqrt(3));
  const mixed = tf.transpose(tf.matMul(tf.softmax(scores), heads(v)), [0, 2, 1, 3]);
  expectClose(actual, linear(tf.reshape(mixed, [BATCH, QUERIES, 10]), wo!, bo!), 1e-5);
  expect(actual.shape).toEqual([BATCH, QUERIES, WIDTH]);
});

test('its weights have the names of the layer and its projection', () => {
  const names = model().weights.map(({ originalName }) => originalName);
  const parts = ['query', 'key', 'value', 'output'];
  expect(names).toEqual(
    parts.flatMap((part) => [`attention/${part}/kernel`, `attention/${part}/bias`]),
  );
});

test('masks: of the input, given with the inputs, and passed on', () => {
  const layer = multiHeadAttention({ numHeads: 2, keyDim: 3 });
  const x = query();
  const mask = tf.tensor2d([[1, 1, 0, 0], [1, 1, 1, 0]], [2, 4], 'bool'); // prettier-ignore
  const short = apply(layer, [tf.slice(x, [0], [1]), tf.slice(x, [0, 0], [1, 2])]);
  const asInput = apply(layer, [x, mask]);
  expectIdentical(tf.slice(asInput, [0], [1]), short);
  expectIdentical(apply(layer, x, { mask }), asInput);
  expect(layer.computeMask([x, x], [mask, mask])).toBe(mask);

  const codes = tf.sequential();
  codes.add(tf.layers.embedding({ inputDim: 9, outputDim: 8, maskZero: true, inputShape: [4] }));
  codes.add(multiHeadAttention({ numHeads: 2, keyDim: 3 }));
  const [long, cut] = [[[5, 7, 0, 0]], [[5, 7]]].map((rows) => {
    const [embedding, attention] = codes.layers;
    const numbers = tf.tensor2d(rows);
    const embedded = embedding!.apply(numbers) as tf.Tensor;
    return rows[0]!.length === 4
      ? (codes.predict(numbers) as tf.Tensor)
      : apply(attention!, embedded);
  });
  expectIdentical(tf.slice(long!, [0, 0], [1, 2]), cut!);
});

test('causal: a later position changes no output before it', () => {
  const layer = multiHeadAttention({ numHeads: 4, keyDim: 2, causal: true });
  const x = query();
  const changed = tf.concat([tf.slice(x, [0, 0], [BATCH, 3]), tf.ones([BATCH, 1, WIDTH])], 1);
  const [before, after] = [x, changed].map((input) => apply(layer, input));
  const early = (y: tf.Tensor) => tf.slice(y, [0, 0], [BATCH, 3]);
  expectIdentical(early(after!), early(before!));
});

describe.each([{ ternary: true }, { ternary: true, kernelQuantizer: 'lsq' }])('%j', (options) => {
  test('trains without leaks, is deployed, verified, saved and loaded', async () => {
    const net = model(options);
    net.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const fit = () => net.fit(query(), query(), { epochs: 1, batchSize: 1, verbose: 0 });
    const before = net.getWeights().map((weight) => [...weight.dataSync()]);
    await fit();
    const after = net.getWeights().map((weight) => [...weight.dataSync()]);
    const moved = after.map((values, i) => values.some((v, j) => v !== before[i]![j]));
    expect(moved.filter(Boolean).length).toBeGreaterThanOrEqual(6); // a bias of keys changes no weight
    const held = memory();
    const [x, y] = [query(), query()];
    await net.fit(x, y, { epochs: 2, batchSize: 1, verbose: 0 });
    tf.dispose([x, y]);
    expect(memory()).toEqual(held);

    const deployed = deploy(net);
    const { identical, layers } = await verify(net, deployed, query());
    expect(identical).toBe(true);
    expect(layers.map(({ path }) => path)).toEqual(
      ['query', 'key', 'value', 'output'].map((part) => `attention/${part}`),
    );
    expect(deployed.trainableWeights).toEqual([]);
    for (const reload of [inMemory, onDisk]) {
      for (const each of [net, deployed]) {
        const loaded = await reload(each);
        expect(loaded.layers[1]).toBeInstanceOf(MultiHeadAttention);
        expectIdentical(loaded.predict(query()) as tf.Tensor, net.predict(query()) as tf.Tensor);
      }
    }
  });
});

test('float projections are converted, each by itself', () => {
  const net = model({ ternary: false });
  const options = { convertOutputs: true, skip: ['attention/key'] };
  expect(planConversion(net, options).layers.map(({ path, reason }) => [path, reason])).toEqual([
    ['attention/query', null],
    ['attention/key', 'skipped'],
    ['attention/value', null],
    ['attention/output', null],
  ]);
  const reasons = planConversion(net).layers.map(({ reason }) => reason);
  expect(new Set(reasons)).toEqual(new Set(['output of the model']));
  const converted = convert(net, options);
  expect(summary(converted).layers.map(({ className }) => className)).toEqual(
    ['BitLinear', 'Dense', 'BitLinear', 'BitLinear'], // prettier-ignore
  );
  converted.weights.forEach((weight, i) => expectIdentical(weight.read(), net.weights[i]!.read()));
  expectIdentical(
    deploy(converted).predict(query()) as tf.Tensor,
    converted.predict(query()) as tf.Tensor,
  );
  expect(summary(net).totals.macs.float32).toBe(4 * 8 * 6);
});

test('config, frozen weights, setWeights and disposal', () => {
  const options = { numHeads: 2, keyDim: 3, outputDim: 7, trainable: false, useBias: false };
  const layer = multiHeadAttention({ ...options, eps: 1e-4 });
  const again = copyOf(layer);
  expect(again.getConfig()).toEqual(layer.getConfig());
  const open = multiHeadAttention({ numHeads: 2, keyDim: 3, inputQuantizer: 'none' });
  expect(copyOf(open).getConfig()).toEqual(open.getConfig());

  apply(layer, query());
  expect(layer.trainableWeights).toEqual([]);
  expect(layer.nonTrainableWeights).toHaveLength(4);
  apply(again, query());
  again.setWeights(layer.getWeights());
  expectIdentical(apply(again, query()), apply(layer, query()));
  expect(() => again.setWeights(layer.getWeights().slice(1))).toThrow(
    'weights must be of the shapes [[8,6],[8,6],[8,6],[6,7]], got [[8,6],[8,6],[6,7]].',
  );
  const { numTensors } = memory();
  const net = model();
  disposeModel(net);
  expect(memory().numTensors).toBe(numTensors);
});

test('wrong options and inputs', () => {
  const make = (options: object = {}) =>
    multiHeadAttention({ numHeads: 2, keyDim: 3, name: 'a', ...options });
  const label = 'MultiHeadAttention layer "a": ';
  expect(() => make({ numHeads: 0 })).toThrow(
    `${label}numHeads must be a positive integer, got 0.`,
  );
  expect(() => make({ heads: 0 })).toThrow(`${label}options has no "heads".`);
  expect(() => make({ ternary: false, eps: 1e-3 })).toThrow(
    `${label}eps must be left out where ternary is false, got 0.001.`,
  );
  expect(() => make({ kernelQuantizer: 'twm' })).toThrow('MultiHeadAttention layer "a"');
  const x = query();
  expect(() => apply(make(), tf.ones([2, 8]))).toThrow(
    `${label}inputs must be query, [query, value] or [query, value, key]`,
  );
  expect(() => apply(make(), [x, tf.ones([3, 6, 5])])).toThrow(
    `${label}value must be of shape [2, any, any], got [3,6,5].`,
  );
  expect(() => apply(make(), [x, value(), tf.ones([2, 7, 5])])).toThrow(
    `${label}key must be of shape [2, 6, any], got [2,7,5].`,
  );
  expect(() => apply(make(), [x, value(), tf.ones([2, 7])])).toThrow(
    `${label}mask must be of shape [2, 6], got [2,7].`,
  );
  const causal = make({ causal: true });
  expect(() => apply(causal, [value(), x])).toThrow(
    `${label}key must be of at least 6 positions, one for each query, as causal is true, got 4.`,
  );
  for (const ternary of [true, false]) {
    const built = make({ ternary });
    apply(built, [x, value()]);
    const expected = 'of the widths 8, 5 and 5, with which the layer was built';
    expect(() => apply(built, x)).toThrow(
      `${label}query, key and value must be ${expected}, got [8,8,8].`,
    );
  }
});

test('a frozen layer does not train in a loop of its own', () => {
  const layer = multiHeadAttention({ numHeads: 2, keyDim: 4 });
  const x = query();
  apply(layer, x);
  layer.trainable = false;
  expect(() => tf.variableGrads(() => apply(layer, x).sum() as tf.Scalar)).toThrow('variable');
  layer.trainable = true;
  const { grads } = tf.variableGrads(() => apply(layer, x).sum() as tf.Scalar);
  expect(Object.keys(grads)).toHaveLength(8);
});

test('causal with fewer keys than queries is refused when the layer is applied', () => {
  const [few, many] = [3, 5].map((time) => tf.input({ shape: [time, WIDTH] }));
  const layer = multiHeadAttention({ numHeads: 2, keyDim: 4, causal: true, name: 'short' });
  expect(() => layer.apply([many!, few!])).toThrow(
    'MultiHeadAttention layer "short": key must be of at least 5 positions',
  );
});
