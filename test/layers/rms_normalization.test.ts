import * as tf from '@tensorflow/tfjs';
import { bitLinear, RMSNormalization, rmsNormalization } from '../../src';
import { apply, gradients, weight } from '../support/layers';
import { memory } from '../support/leaks';
import { inMemory } from '../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../support/values';
import { present } from '../support/present';

/** In double precision, with the derivatives of the paper's formula. */
function reference(x: number[], dy: number[], gamma: number[], epsilon: number) {
  const inverse = 1 / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length + epsilon);
  const dot = x.reduce((sum, v, i) => sum + v * dy[i] * gamma[i], 0);
  return {
    y: x.map((v, i) => v * inverse * gamma[i]),
    dx: x.map((v, i) => inverse * (dy[i] * gamma[i] - (v * inverse ** 2 * dot) / x.length)),
    dgamma: x.map((v, i) => v * inverse * dy[i]),
  };
}

test.each([[[4, 7]], [[2, 3, 33]], [[2, 2, 2, 256]]])('shape %j: output and gradients', (shape) => {
  const features = present(shape.at(-1));
  const layer = rmsNormalization({ epsilon: 1e-3 });
  layer.build(shape);
  const gamma = randomTensor([features], 3);
  layer.setWeights([gamma]);
  const [x, dy] = [randomTensor(shape, 1), randomTensor(shape, 2)];
  const actual = gradients(layer, x, dy);
  const rows = [x, dy].map((t) => tf.reshape(t, [-1, features]).arraySync() as number[][]);
  const expected = rows[0].map((row, i) =>
    reference(row, rows[1][i], [...gamma.dataSync()], layer.epsilon),
  );
  expectClose(actual.y, expected.flatMap(({ y }) => y), 1e-6);
  expectClose(actual.dx, expected.flatMap(({ dx }) => dx), 1e-5);
  const dgamma = Array.from({ length: features }, (_, i) =>
    expected.reduce((sum, row) => sum + row.dgamma[i], 0),
  );
  expectClose(actual.weights['gamma'], dgamma, 1e-5);
  expect(actual.y.shape).toEqual(shape);
}); // prettier-ignore

test('rows get a root mean square of 1; a row of zeros stays one', () => {
  const layer = rmsNormalization();
  const y = apply(layer, tf.tensor2d([[3, -4], [300, -400], [0, 0]])).arraySync() as number[][]; // prettier-ignore
  const [a, b] = [3 / Math.sqrt(12.5), -4 / Math.sqrt(12.5)];
  expectClose(y.flat(), [a, b, a, b, 0, 0], 1e-6);
  expectIdentical(weight(layer, 'gamma'), [1, 1]);
});

test('is saved and loaded, epsilon included, and passes a mask on', async () => {
  const model = tf.sequential();
  model.add(tf.layers.embedding({ inputDim: 9, outputDim: 6, maskZero: true, inputShape: [4] }));
  model.add(rmsNormalization({ epsilon: 0.25 }));
  model.add(bitLinear({ units: 5 }));
  model.add(tf.layers.simpleRNN({ units: 3 }));
  model.layers[1].setWeights([randomTensor([6])]);
  const loaded = await inMemory(model);
  expect((loaded.layers[1] as RMSNormalization).epsilon).toBe(0.25);
  const x = tf.tensor2d([[1, 2, 3, 0], [4, 0, 0, 0]]); // prettier-ignore
  expectIdentical(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  const mask = tf.tensor2d([[1, 0]], [1, 2], 'bool');
  expect(rmsNormalization().computeMask(tf.ones([1, 2, 6]), mask)).toBe(mask);
});

test('trains in fit without leaks', async () => {
  const model = tf.sequential();
  model.add(rmsNormalization({ inputShape: [6] }));
  model.add(bitLinear({ units: 1 }));
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const [x, y] = [randomTensor([40, 6]), randomTensor([40, 1])];
  const fit = () => model.fit(x, y, { epochs: 1, batchSize: 4, verbose: 0 });
  await fit();
  const before = { ...memory(), gamma: [...weight(model.layers[0], 'gamma').dataSync()] };
  await fit();
  expect(memory()).toEqual({ numTensors: before.numTensors, numBytes: before.numBytes });
  expect([...weight(model.layers[0], 'gamma').dataSync()]).not.toEqual(before.gamma);
});

test('wrong arguments', () => {
  for (const epsilon of [0, -1, NaN, Infinity]) {
    expect(() => rmsNormalization({ epsilon, name: 'n' })).toThrow(
      'RMSNormalization layer "n": epsilon must be a positive finite number, got ',
    );
  }
  expect(() => rmsNormalization({ eps: 1e-5 } as never)).toThrow(
    'RMSNormalization: options has no "eps". It takes epsilon, name, inputShape, batchInputShape, batchSize, dtype, trainable, weights, inputDType.',
  );
  expect(() => apply(rmsNormalization({ name: 'm' }), tf.ones([3]))).toThrow(
    'RMSNormalization layer "m": input must be of shape [..., features], features known, got [3].',
  );
  const layer = rmsNormalization();
  layer.build([null, 4]);
  expect(() => apply(layer, tf.ones([2, 5]))).toThrow('expected axis -1');
});
