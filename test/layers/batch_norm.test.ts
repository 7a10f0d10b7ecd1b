import * as tf from '@tensorflow/tfjs';
import { BatchNorm, batchNormalization, bitConv2d, deploy, verify } from '../../src';
import { channelFactors, normalizeChannels } from '../../src/engine/normalization/channels';
import { BATCH_NORM } from '../../src/ops/batch_norm';
import { apply } from '../support/layers';
import { memory, withLeakCheck } from '../support/leaks';
import { inMemory } from '../support/saving';
import { expectClose, expectIdentical, randomFloats, randomTensor } from '../support/values';

/** Our layer, and that of tfjs, with equal weights. */
function pair(shape: number[], options: { axis?: number; scale?: boolean; center?: boolean } = {}) {
  const [ours, stock] = [batchNormalization(options), tf.layers.batchNormalization(options)];
  for (const layer of [ours, stock]) {
    layer.build(shape);
    for (const [i, weight] of layer.weights.entries()) {
      const values = randomTensor(weight.shape as number[], 7 + i);
      weight.write(tf.add(values, 1.5));
    }
  }
  return { ours, stock };
}

const CASES: Array<[shape: number[], options: object]> = [
  [[4, 7], {}],
  [[2, 3, 33], { center: false }],
  [[2, 5, 3, 64], {}],
  [[2, 5, 3, 6], { scale: false, axis: 3 }],
  [[3, 4, 5], { axis: 1 }],
];

test.each(CASES)('shape %j, %j: the output is that of tfjs', (shape, options) => {
  const { ours, stock } = pair(shape, options);
  const x = randomTensor(shape, 1);
  expectClose(apply(ours, x), apply(stock, x), 1e-6);
});

test('so are the gradients, in inference and in training, and the moving statistics', () => {
  const shape = [2, 3, 4, 5];
  const [x, dy] = [randomTensor(shape, 1), randomTensor(shape, 2)];
  for (const training of [false, true]) {
    const { ours, stock } = pair(shape);
    const [expected, actual] = [stock, ours].map((layer) => {
      const loss = (x: tf.Tensor) => tf.sum(tf.mul(layer.apply(x, { training }) as tf.Tensor, dy));
      const { value, grads } = tf.variableGrads(
        () => loss(x) as tf.Scalar,
        layer.trainableWeights.map((weight) => weight.read() as tf.Variable),
      );
      return [value, tf.grad(loss)(x), ...Object.values(grads), ...layer.getWeights()];
    });
    expect(actual).toHaveLength(8);
    actual!.forEach((tensor, i) => expectClose(tensor, expected![i]!, 1e-4));
  }
});

test.each([1, 3, 4, 30])(
  '%i channels: the same floats on cpu and wasm, NaN within its channel',
  (c) => {
    const [rows, epsilon] = [5, 1e-3];
    const weights = [1, 2, 3, 4].map((seed) => randomFloats(c, seed).map((value) => value + 1.5));
    const [mean, variance, gamma, beta] = weights as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const x = randomFloats(rows * c, 5);
    [x[0], x[c], x[2 * c]] = [NaN, Infinity, 3e38];
    const y = new Float32Array(x.length);
    normalizeChannels({ x, mean, factor: channelFactors(gamma, variance, epsilon), beta }, y);
    const layer = batchNormalization({ epsilon });
    layer.build([null, c]);
    layer.setWeights([gamma, beta, mean, variance].map((values) => tf.tensor1d(values)));
    const isOwn = tf.getKernel(BATCH_NORM, tf.getBackend()) != null;
    for (const allowed of [true, false]) {
      tf.env().set('BITCORE_USE_WASM_SIMD', allowed);
      const actual = apply(layer, tf.tensor2d(x, [rows, c]));
      if (isOwn) expectIdentical(actual, y);
      else expectClose(tf.slice(actual, [3, 0]), y.subarray(3 * c), 1e-6);
      expect([...actual.dataSync()].filter(Number.isNaN)).toHaveLength(1);
    }
    tf.env().set('BITCORE_USE_WASM_SIMD', true);
  },
);

test('cpu and wasm have a tfjs kernel of it, and other backends use that of tfjs', () => {
  const isOwn = tf.getKernel(BATCH_NORM, tf.getBackend()) != null;
  expect(isOwn).toBe(['cpu', 'wasm'].includes(tf.getBackend()));
});

test('config is that of tfjs; saving and loading keep all', async () => {
  const options = { name: 'n', epsilon: 0.25, axis: -1, momentum: 0.5 };
  const layer = batchNormalization(options);
  expect(layer.getConfig()).toEqual(tf.layers.batchNormalization(options).getConfig());
  const model = tf.sequential();
  model.add(bitConv2d({ filters: 3, kernelSize: 2, inputShape: [4, 4, 2] }));
  model.add(layer);
  layer.setWeights([1, 2, 3, 4].map((seed) => tf.abs(randomTensor([3], seed))));
  const loaded = await inMemory(model);
  expect(loaded.layers[1]).toBeInstanceOf(BatchNorm);
  expect(loaded.layers[1]!.getConfig()).toEqual(layer.getConfig());
  const x = randomTensor([2, 4, 4, 2]);
  expectIdentical(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
});

test('trains in fit without leaks; the deployed model computes the same', async () => {
  const model = tf.sequential();
  model.add(bitConv2d({ filters: 4, kernelSize: 3, useBias: false, inputShape: [6, 6, 2] }));
  model.add(batchNormalization());
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: 1 }));
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const [x, y] = [randomTensor([12, 6, 6, 2]), randomTensor([12, 1])];
  const fit = () => model.fit(x, y, { epochs: 1, batchSize: 4, verbose: 0 });
  await fit();
  const before = { ...memory(), weights: model.layers[1]!.getWeights().map((w) => w.dataSync()) };
  await fit();
  expect(memory()).toEqual({ numTensors: before.numTensors, numBytes: before.numBytes });
  model.layers[1]!.getWeights().forEach((weight, i) =>
    expect(weight.dataSync()).not.toEqual(before.weights[i]),
  );
  expect((await verify(model, deploy(model), x)).identical).toBe(true);
  withLeakCheck(() => tf.dispose(model.predict(x)));
});

test('takes integers, as tfjs casts them', () => {
  const { ours } = pair([2, 3]);
  const x = tf.tensor2d([[1, 2, 4], [-1, 5, 0]]); // prettier-ignore
  expectIdentical(apply(ours, tf.cast(x, 'int32')), apply(ours, x));
});

test('wrong arguments and inputs', () => {
  const refused = (options: object) => () => batchNormalization({ name: 'n', ...options });
  expect(refused({ epsilon: -1 })).toThrow(
    'BatchNorm layer "n": epsilon must be a finite number of at least 0, or null, got -1.',
  );
  expect(refused({ eps: 1 })).toThrow('BatchNorm layer "n": options has no "eps".');
  expect(() => apply(batchNormalization({ name: 'm' }), tf.ones([3]))).toThrow(
    'BatchNorm layer "m": input must be of rank 2 or more, with a known size of axis -1, got [3].',
  );
  expect(() => batchNormalization({ name: 'm' }).apply(tf.input({ shape: [2, null] }))).toThrow(
    'got [null,2,null].',
  );
  expect(() => apply(batchNormalization({ name: 'm', axis: 2 }), tf.ones([2, 3]))).toThrow(
    'with a known size of axis 2, got [2,3].',
  );
  const { ours } = pair([2, 4]);
  expect(() => apply(ours, tf.ones([2, 5]))).toThrow('expected axis');
});
