import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy } from '../../src';
import { ACTIVATIONS } from '../support/activations';
import { withLeakCheck } from '../support/leaks';
import { INPUTS, KERNELS } from '../support/product_grid';
import { setKernel } from '../support/layers';
import { KERNEL_QUANTIZERS, titled } from '../support/quantizers';
import {
  expectClose,
  expectIdentical,
  randomFloats,
  randomTensor,
  valuesOf,
} from '../support/values';

/** A row or more of each kind of input in the grid: zeros, +-127, ties, NaN, infinities and so on. */
function everyKindOfRow(inFeatures: number): Float32Array {
  const fills = Object.values(INPUTS);
  const repeated = fills.slice(0, ROWS - fills.length);
  const rows = [...repeated, ...fills].map((fill, i) => fill(inFeatures, i + 1, inFeatures));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}
/** A multiple of 12, by which the shapes divide it. */
const ROWS = 12 * Math.ceil(Object.keys(INPUTS).length / 12);

/** [leading dimensions, inputs, units, bias]. */
const SHAPES: Array<[number[], number, number, boolean]> = [
  [[ROWS], 1, 1, true],
  [[ROWS], 1, 5, false],
  [[ROWS], 7, 3, true],
  [[3, ROWS / 3], 17, 9, true],
  [[ROWS / 4, 2, 2], 33, 6, false],
  [[ROWS / 4, 4], 64, 4, true],
  [[1, 2, ROWS / 2], 65, 13, true],
  [[ROWS], 129, 31, false],
  [[ROWS], 784, 10, true],
  [[ROWS / 2, 2], 1025, 3, true],
  [[ROWS], 4095, 2, true],
  [[ROWS], 4096, 5, false],
];

function modelWith(layer: BitLinear): tf.Sequential {
  const model = tf.sequential();
  model.add(layer);
  return model;
}

function expectSamePredictions(model: tf.Sequential, x: tf.Tensor): tf.Tensor {
  const before = model.predict(x) as tf.Tensor;
  const deployed = deploy(model);
  const after = withLeakCheck(() => deployed.predict(x) as tf.Tensor);
  expectIdentical(after, before);
  return after;
}

describe.each(titled(KERNEL_QUANTIZERS))('predict is the same before and after deploy: %s', (_, kernelQuantizer) => {
  test.each(SHAPES)('leading dimensions %p, %p inputs, %p units, bias %p', (lead, inFeatures, units, useBias) => {
    const layer = bitLinear({
      units,
      useBias,
      kernelQuantizer,
      inputShape: [...lead.slice(1), inFeatures],
    });
    const model = modelWith(layer);
    const kernel = randomTensor([inFeatures, units], inFeatures + units);
    setKernel(layer, kernel, randomTensor([units], 3));
    const rows = everyKindOfRow(inFeatures);
    const y = valuesOf(expectSamePredictions(model, tf.tensor(rows, [...lead, inFeatures])));
    // Rows with NaN and infinity give rows of NaN, and no other does.
    for (let row = 0; row < ROWS; row++) {
      const isFinite = rows.subarray(row * inFeatures, (row + 1) * inFeatures).every(Number.isFinite);
      const outputs = Array.from(y).slice(row * units, (row + 1) * units);
      expect(outputs.every((value) => Number.isNaN(value) !== isFinite)).toBe(true);
    }
  });

  test.each(Object.keys(KERNELS))('kernel %s', (kind) => {
    const layer = bitLinear({ units: 4, kernelQuantizer, inputShape: [70] });
    const model = modelWith(layer);
    setKernel(layer, tf.tensor2d(KERNELS[kind](280, 1), [70, 4]), randomTensor([4], 2));
    expectSamePredictions(model, tf.tensor2d(everyKindOfRow(70), [ROWS, 70]));
  });

  test('tiny, huge and uneven weights', () => {
    const layer = bitLinear({ units: 6, kernelQuantizer, inputShape: [50] });
    const model = modelWith(layer);
    for (const magnitude of [1e-7, 2e-5, 1e4, 1e12]) {
      const kernel = randomFloats(300, 4).map((value, i) => value * magnitude * (i % 6));
      setKernel(layer, tf.tensor2d(kernel, [50, 6]));
      expectSamePredictions(model, tf.tensor2d(everyKindOfRow(50), [ROWS, 50]));
    }
  });
}); // prettier-ignore

describe.each(ACTIVATIONS)('activation %s', (activation) => {
  const BAD = [NaN, Infinity, -Infinity];
  /** Rows of random numbers, then rows that hold one bad number each. */
  const inputs = () => {
    const bad = BAD.flatMap((value, i) => [...randomFloats(20, i).fill(value, i, i + 1)]);
    return tf.concat([randomTensor([4, 20], 5), tf.tensor2d(bad, [3, 20])]);
  };
  /** For each output, whether it is of a row that holds a bad number. */
  const isBad = Array.from({ length: 7 * 7 }, (_, i) => i >= 4 * 7);

  test('is applied alike, and a row with NaN or infinity is NaN', () => {
    const model = modelWith(bitLinear({ units: 7, activation, inputShape: [20] }));
    const y = valuesOf(expectSamePredictions(model, inputs()));
    expect(Array.from(y, Number.isNaN)).toEqual(isBad);
  });

  test('in a layer of its own meets the same NaN before and after', () => {
    const model = modelWith(bitLinear({ units: 7, useBias: false, inputShape: [20] }));
    model.add(tf.layers.activation({ activation }));
    expectSamePredictions(model, inputs());
  });

  test('a row with NaN or infinity leaves the gradients of other rows alone', () => {
    const layer = bitLinear({ units: 7, activation, inputShape: [20] });
    const gradientAt = (x: tf.Tensor) => {
      const dy = randomTensor([7, 7], 8).slice(0, x.shape[0]);
      return tf.grad((rows: tf.Tensor) => layer.apply(rows) as tf.Tensor)(x, dy);
    };
    const alone = gradientAt(tf.slice(inputs(), 0, 4));
    expectClose(tf.slice(gradientAt(inputs()), 0, 4), alone);
    expect(tf.sum(tf.abs(alone)).dataSync()[0]).toBeGreaterThan(0);
  });
});

test.each([1e-30, 1e-3, 0.6])('eps %p is kept', (eps) => {
  const layer = bitLinear({ units: 7, eps, inputShape: [20] });
  const y = expectSamePredictions(modelWith(layer), randomTensor([5, 20]));
  expect(tf.max(tf.abs(y)).dataSync()[0]).toBeGreaterThan(0);
});

test.each(titled(KERNEL_QUANTIZERS))('layer.deploy() in place gives the same: %s', (_, kernelQuantizer) => {
  const layer = bitLinear({ units: 7, kernelQuantizer, inputShape: [40] });
  const model = modelWith(layer);
  const x = randomTensor([5, 40], 9);
  const before = model.predict(x) as tf.Tensor;
  layer.deploy();
  expectIdentical(model.predict(x) as tf.Tensor, before);
}); // prettier-ignore

test('rows of zeros, which give the bias, and biases that are denormal numbers', () => {
  const layer = bitLinear({ units: 6, inputShape: [20], activation: 'linear' });
  const model = modelWith(layer);
  const bias = tf.tensor1d([2 ** -149, 1e-40, -1e-40, 2 ** -126, -1e-30, 0.5]);
  layer.setWeights([randomTensor([20, 6]), bias]);
  const y = valuesOf(expectSamePredictions(model, tf.zeros([3, 20])));
  // TensorFlow takes them for zeros, in training as well.
  const expected = [...bias.dataSync()];
  if (tf.getBackend() === 'tensorflow') expected.fill(0, 0, 3);
  expectIdentical(y, [...expected, ...expected, ...expected]);
});

test('a product that is denormal is 0 on tensorflow as long as the layer trains', () => {
  const layer = bitLinear({ units: 1, inputShape: [1], eps: 1e-20 });
  const model = modelWith(layer);
  layer.setWeights([tf.tensor2d([[1e-20]]), tf.tensor1d([0])]);
  const x = tf.tensor2d([[1e-20]]);
  const [before, after] = [model, deploy(model)].map((m) => valuesOf(m.predict(x) as tf.Tensor)[0]);
  expect(after).toBeGreaterThan(0);
  expect(before).toBe(tf.getBackend() === 'tensorflow' ? 0 : after);
});
