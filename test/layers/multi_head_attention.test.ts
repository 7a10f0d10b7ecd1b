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
import { recommend } from '../../src/training';
import { memory } from '../support/leaks';
import { inMemory, onDisk } from '../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../support/values';
import { withoutKernel } from '../support/without_kernel';

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

test('the mask of a tensor that is given as query and value is that of the keys', () => {
  const rows = tf.tensor2d([[5, 7, 0, 0]]);
  const codes = tf.input({ shape: [4] });
  const embedded = tf.layers
    .embedding({ inputDim: 9, outputDim: 8, maskZero: true })
    .apply(codes) as tf.SymbolicTensor;
  const attention = multiHeadAttention({ numHeads: 2, keyDim: 3 });
  const [once, twice] = [embedded, [embedded, embedded]].map(
    (inputs) =>
      tf
        .model({ inputs: codes, outputs: attention.apply(inputs) as tf.SymbolicTensor })
        .predict(rows) as tf.Tensor,
  );
  expectIdentical(twice!, once!);
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
  expect(reasons).toEqual([null, null, null, 'output of the model']);
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

test('alibi: a score falls with the distance by the slope of its head, and gradients agree', () => {
  const options = { numHeads: 2, keyDim: 3, causal: true, ternary: false };
  const layer = multiHeadAttention({ ...options, alibi: true });
  const loss = (x: tf.Tensor) => apply(layer, x);
  const actual = loss(query());
  const gradient = () => tf.grad(loss)(query());
  const weights = layer.getWeights();
  const slopes = tf.tensor1d([1 / 16, 1 / 256]);
  const [qs, ks, vs] = [0, 2, 4].map((i) => {
    const rows = tf.matMul(
      tf.reshape(query(), [-1, WIDTH]) as tf.Tensor2D,
      weights[i] as tf.Tensor2D,
    );
    return tf.transpose(
      tf.reshape(tf.add(rows, weights[i + 1]!), [BATCH, QUERIES, 2, 3]),
      [0, 2, 1, 3],
    );
  });
  const positions = tf.range(0, QUERIES);
  const distances = tf.sub(tf.reshape(positions, [-1, 1]), positions);
  const costs = tf.mul(tf.reshape(slopes, [2, 1, 1]), distances);
  const scores = tf.sub(tf.div(tf.matMul(qs!, ks!, false, true), Math.sqrt(3)), costs);
  const seen = tf.where(
    tf.greaterEqual(tf.zerosLike(scores).add(distances), 0),
    scores,
    tf.fill(scores.shape, -1e9),
  );
  const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(seen), vs!), [0, 2, 1, 3]), [-1, 6]);
  const expected = tf.add(tf.matMul(mixed as tf.Tensor2D, weights[6] as tf.Tensor2D), weights[7]!);
  expectClose(actual, tf.reshape(expected, actual.shape), 1e-5);
  expectClose(gradient(), withoutKernel('ScaledDotProductAttention', gradient), 1e-4);
  const copy = copyOf(layer);
  apply(copy, query());
  copy.setWeights(weights);
  expectIdentical(apply(copy, query()), actual);
});

describe('earlier keys and values', () => {
  const options = { numHeads: 2, keyDim: 3, valueDim: 5, causal: true, alibi: true, name: 'kept' };
  const none = (width: number, batch = BATCH) => tf.zeros([batch, 0, 2, width]);

  test('a text read in parts gives the outputs of the whole text', () => {
    const layer = multiHeadAttention({ ...options, subNormalization: true });
    const x = query();
    const whole = apply(layer, x);
    const read = (from: number, size: number, past: tf.Tensor[]) =>
      layer.apply([tf.slice(x, [0, from], [BATCH, size]), ...past]) as tf.Tensor[];
    const [first, ...kept] = read(0, 2, [none(3), none(5)]);
    const [second, ...more] = read(2, 1, kept);
    const [third, ...all] = read(3, 1, more);
    expectIdentical(tf.concat([first!, second!, third!], 1), whole);
    expect(all.map(({ shape }) => shape)).toEqual([[BATCH, 4, 2, 3], [BATCH, 4, 2, 5]]); // prettier-ignore
    const mask = tf.tensor2d([[0, 1, 1, 1], [1, 1, 0, 1]], [2, 4], 'bool'); // prettier-ignore
    const [masked] = layer.apply([tf.slice(x, [0, 3]), mask, ...more]) as tf.Tensor[];
    expectIdentical(masked!, tf.slice(apply(layer, [x, mask]), [0, 3]));
  });

  test('in a model that is deployed, saved and loaded', async () => {
    const inputs = [[null, WIDTH], [null, 2, 3], [null, 2, 5]].map((shape) => tf.input({ shape })); // prettier-ignore
    const outputs = multiHeadAttention(options).apply(inputs) as tf.SymbolicTensor[];
    expect(outputs.map(({ shape }) => shape)).toEqual(
      [[null, null, WIDTH], [null, null, 2, 3], [null, null, 2, 5]], // prettier-ignore
    );
    const net = tf.model({ inputs, outputs });
    const x = [query(), randomTensor([BATCH, 3, 2, 3], 5), randomTensor([BATCH, 3, 2, 5], 6)];
    const expected = net.predict(x) as tf.Tensor[];
    expect(expected[1]!.shape).toEqual([BATCH, 3 + QUERIES, 2, 3]);
    for (const each of [deploy(net), await inMemory(net), await inMemory(deploy(net))]) {
      (each.predict(x) as tf.Tensor[]).forEach((y, i) => expectIdentical(y, expected[i]!));
    }
  });

  test('wrong ones', () => {
    const layer = multiHeadAttention(options);
    const label = 'MultiHeadAttention layer "kept": ';
    const x = query();
    expect(() => layer.apply([x, none(3)])).toThrow(`${label}inputs must be query, [query, value]`);
    expect(() => layer.apply([none(3), none(5), x])).toThrow(`${label}inputs must be query`);
    expect(() => layer.apply([x, none(5), none(5)])).toThrow(
      `${label}earlier keys must be of shape [2, any, 2, 3], got [2,0,2,5].`,
    );
    expect(() => layer.apply([x, tf.zeros([BATCH, 1, 2, 3]), none(5)])).toThrow(
      `${label}earlier values must be of shape [2, 1, 2, 5], got [2,0,2,5].`,
    );
    expect(() =>
      layer.apply([x, tf.ones([2, 4]), tf.zeros([2, 1, 2, 3]), tf.zeros([2, 1, 2, 5])]),
    ).toThrow(`${label}mask must be of shape [2, 5], got [2,4].`);
  });
});

test('subNormalization stands before the output, trains, and is kept by convert and deploy', () => {
  const net = model({ ternary: false, subNormalization: true });
  const converted = convert(net, { convertOutputs: true });
  expect(summary(converted).layers.map(({ path, className }) => [path, className])).toEqual([
    ['attention/query', 'BitLinear'],
    ['attention/key', 'BitLinear'],
    ['attention/value', 'BitLinear'],
    ['attention/sub_normalization', 'RMSNormalization'],
    ['attention/output', 'BitLinear'],
  ]);
  const deployed = deploy(converted);
  expectIdentical(deployed.predict(query()) as tf.Tensor, converted.predict(query()) as tf.Tensor);
  const { grads } = tf.variableGrads(() => apply(net.layers[1]!, query()).sum() as tf.Scalar);
  expect(Object.keys(grads)).toHaveLength(9);
  const output = net.predict(query()) as tf.Tensor;
  const gamma = net.getWeights()[6]!;
  net.layers[1]!.setWeights(
    net.getWeights().map((weight) => (weight === gamma ? tf.zerosLike(weight) : weight)),
  );
  expect([...(net.predict(query()) as tf.Tensor).dataSync()].every((y) => y === 0)).toBe(true);
  expect([...output.dataSync()].some((y) => y !== 0)).toBe(true);
});

test('a mask may be computed from what is trained', () => {
  const layer = multiHeadAttention({ numHeads: 2, keyDim: 3, ternary: false });
  const x = query();
  const marks = (x: tf.Tensor) => tf.greater(tf.slice(x, [0, 0, 0], [-1, -1, 1]).squeeze([2]), 0);
  const gradients = (maskOf: (x: tf.Tensor) => tf.Tensor) =>
    tf.grad((x) => apply(layer, [x, maskOf(x)]))(x);
  const expected = gradients(() => marks(x));
  gradients(marks);
  const before = memory();
  const actual = gradients(marks);
  expect(memory().numTensors).toBe(before.numTensors + 1);
  expectIdentical(actual, expected);
  const composed = () => gradients(marks);
  expectClose(withoutKernel('ScaledDotProductAttention', composed), expected, 1e-4);
});

test('each projection counts at the positions that it is applied to', () => {
  const [a, b] = [5, 7].map((time) => tf.input({ shape: [time, WIDTH] }));
  const layer = multiHeadAttention({ numHeads: 2, keyDim: 3, name: 'crossed', ternary: false });
  const net = tf.model({ inputs: [a!, b!], outputs: layer.apply([a!, b!]) as tf.SymbolicTensor });
  const macs = [5, 7, 7, 5].map((positions) => positions * WIDTH * 6);
  expect(summary(net).layers.map((row) => row.macs.float32)).toEqual(macs);
  expect(planConversion(net).layers.map((row) => row.macs)).toEqual(macs);
});

test('recommend: a ternary output projection, and inputs without a normalization', () => {
  const problems = (net: tf.LayersModel) =>
    recommend(net).map(({ path, problem }) => [path, problem]);
  expect(problems(model())).toEqual([
    ['attention/output', expect.stringContaining('The output layer is ternary')],
  ]);
  const [a, b] = [5, 7].map((time) => tf.input({ shape: [time, WIDTH] }));
  const keys = tf.layers.dense({ units: 6, name: 'before' }).apply(b!) as tf.SymbolicTensor;
  const crossed = multiHeadAttention({ numHeads: 2, keyDim: 3, name: 'crossed' }).apply([a!, keys]);
  const outputs = tf.layers.dense({ units: 2 }).apply(crossed) as tf.SymbolicTensor;
  const problem = expect.stringContaining('No normalization between "before"') as string;
  expect(problems(tf.model({ inputs: [a!, b!], outputs }))).toEqual(
    ['key', 'value'].map((part) => [`crossed/${part}`, problem]),
  );
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
  expect(() => make({ alibi: true })).toThrow(
    `${label}alibi must be false where causal is false, got true.`,
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
