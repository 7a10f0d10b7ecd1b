import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, LayerNorm, layerNormalization, verify } from '../../src';
import { apply, gradients, weight } from '../support/layers';
import { memory, withLeakCheck } from '../support/leaks';
import { inMemory } from '../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../support/values';

/**
 * Our layer, and that of tfjs with the same weights, or with ones and zeros for those that ours does not have: tfjs
 * itself cannot compute gradients without them.
 */
function pair(shape: number[], options: { axis?: number | number[] } = {}) {
  const ours = layerNormalization(options);
  const stock = tf.layers.layerNormalization({ ...options, center: true, scale: true });
  for (const layer of [stock, ours]) layer.build(shape);
  const of = (name: string) => (layer: tf.layers.Layer) =>
    layer.weights.find(({ originalName }) => originalName.startsWith(name));
  for (const [i, name] of ['gamma', 'beta'].entries()) {
    if (of(name)(ours) == null) continue;
    const values = randomTensor(of(name)(stock)!.shape as number[], 7 + i);
    for (const layer of [stock, ours]) of(name)(layer)!.write(values);
  }
  return { stock, ours };
}

const CASES: Array<[shape: number[], options: object]> = [
  [[4, 7], {}],
  [[2, 3, 33], { epsilon: 1e-5 }],
  [[2, 2, 2, 64], { center: false }],
  [[5, 6], { scale: false }],
  [[5, 6], { scale: false, center: false, axis: [-1] }],
  [[3, 4, 5], { axis: 1 }],
  [[3, 4, 5], { axis: [1, -1] }],
];

test.each(CASES)('shape %j, %j: output and gradients are those of tfjs', (shape, options) => {
  const { stock, ours } = pair(shape, options);
  const [x, dy] = [randomTensor(shape, 1), randomTensor(shape, 2)];
  const [expected, actual] = [gradients(stock, x, dy), gradients(ours, x, dy)];
  expectClose(actual.y, expected.y, 1e-5);
  expectClose(actual.dx, expected.dx, 1e-4);
  expect(Object.keys(actual.weights)).toHaveLength(ours.weights.length);
  for (const [name, gradient] of Object.entries(actual.weights)) {
    expectClose(gradient, expected.weights[name], 1e-4);
  }
});

test('the gradient is that of finite differences', () => {
  const { ours } = pair([3, 6]);
  const [x, dy] = [randomTensor([3, 6], 1), randomTensor([3, 6], 2)];
  const { dx } = gradients(ours, x, dy);
  const step = 2 ** -7;
  const loss = (values: Float32Array) =>
    tf.sum(tf.mul(apply(ours, tf.tensor(values, [3, 6])), dy)).dataSync()[0];
  const expected = [...x.dataSync()].map((_, i) => {
    const moved = [step, -step].map((by) => {
      const values = Float32Array.from(x.dataSync());
      values[i] += by;
      return loss(values);
    });
    return (moved[0] - moved[1]) / (2 * step);
  });
  expectClose(dx, expected, 1e-3);
});

test('config, weights and mask are those of tfjs; saving and loading keep all', async () => {
  const options = { name: 'n', epsilon: 0.25, axis: [-1] };
  const layer = layerNormalization(options);
  expect(layer.getConfig()).toEqual(tf.layers.layerNormalization(options).getConfig());
  const model = tf.sequential();
  model.add(tf.layers.embedding({ inputDim: 9, outputDim: 6, maskZero: true, inputShape: [4] }));
  model.add(layer);
  model.add(bitLinear({ units: 5 }));
  model.add(tf.layers.simpleRNN({ units: 3 }));
  layer.setWeights([randomTensor([6], 1), randomTensor([6], 2)]);
  expect(options.axis).toEqual([-1]);
  const loaded = await inMemory(model);
  expect(loaded.layers[1]).toBeInstanceOf(LayerNorm);
  expect(loaded.layers[1]!.getConfig()).toEqual(layer.getConfig());
  const x = tf.tensor2d([[1, 2, 3, 0], [4, 0, 0, 0]]); // prettier-ignore
  expectIdentical(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  const mask = tf.tensor2d([[1, 0]], [1, 2], 'bool');
  expect(layer.computeMask(tf.ones([1, 2, 6]), mask)).toBe(mask);
});

test('trains in fit without leaks; the deployed model computes the same', async () => {
  const model = tf.sequential();
  model.add(bitLinear({ units: 8, inputShape: [6] }));
  model.add(layerNormalization());
  model.add(bitLinear({ units: 1 }));
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const [x, y] = [randomTensor([40, 6]), randomTensor([40, 1])];
  const fit = () => model.fit(x, y, { epochs: 1, batchSize: 4, verbose: 0 });
  await fit();
  const before = { ...memory(), gamma: [...weight(model.layers[1]!, 'gamma').dataSync()] };
  await fit();
  expect(memory()).toEqual({ numTensors: before.numTensors, numBytes: before.numBytes });
  expect([...weight(model.layers[1]!, 'gamma').dataSync()]).not.toEqual(before.gamma);
  expect((await verify(model, deploy(model), x)).identical).toBe(true);
  withLeakCheck(() => tf.dispose(model.predict(x)));
});

test('takes integers, as tfjs casts them', () => {
  const { ours } = pair([2, 3]);
  const x = tf.tensor2d([[1, 2, 4], [-1, 5, 0]]); // prettier-ignore
  expectIdentical(apply(ours, tf.cast(x, 'int32')), apply(ours, x));
});

test('wrong arguments and inputs', () => {
  const refused = (options: object) => () => layerNormalization({ name: 'n', ...options });
  expect(refused({ epsilon: -1 })).toThrow(
    'LayerNorm layer "n": epsilon must be a finite number of at least 0, or null, got -1.',
  );
  expect(refused({ axis: 0.5 })).toThrow(
    'LayerNorm layer "n": axis must be an integer or a list of them, or null, got 0.5.',
  );
  expect(refused({ eps: 1 })).toThrow('LayerNorm layer "n": options has no "eps".');
  expect(() => apply(layerNormalization({ name: 'm' }), tf.ones([3]))).toThrow(
    'LayerNorm layer "m": input must be of rank 2 or more, with known sizes of the normalized axes, got [3].',
  );
  expect(() => layerNormalization({ name: 'm' }).apply(tf.input({ shape: [2, null] }))).toThrow(
    'got [null,2,null].',
  );
  expect(() => apply(layerNormalization({ name: 'm', axis: 2 }), tf.ones([2, 3]))).toThrow(
    'LayerNorm layer "m": axis must be an axis of the input [2,3], got 2.',
  );
  const { ours } = pair([2, 4]);
  expect(() => apply(ours, tf.ones([2, 5]))).toThrow('expected axis');
  expect(() => apply(ours, tf.ones([2, 2, 4]))).toThrow('ndim');
});
