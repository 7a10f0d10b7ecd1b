import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy } from '../../src';
import { apply, gradients, setKernel, weight, weightNames } from '../support/layers';
import { inMemory } from '../support/saving';
import { LEARNED_QUANTIZERS, titled } from '../support/quantizers';
import { expectClose, expectIdentical, randomFloats, randomTensor } from '../support/values';

function initialAlpha(kernel: tf.Tensor, name: string, perOutput: unknown): tf.Tensor {
  const magnitude = tf.abs(kernel);
  if (name === 'paretoq') return tf.max(magnitude, 0);
  return perOutput ? tf.mean(magnitude, 0) : tf.reshape(tf.mean(magnitude), [1]);
}

describe.each(titled(LEARNED_QUANTIZERS))('learned scale: %s', (_, kernelQuantizer) => {
  const { name, perOutput } = kernelQuantizer as { name: string; perOutput?: boolean };
  const expected = (kernel: tf.Tensor) => initialAlpha(kernel, name, perOutput);
  const newLayer = (inputShape?: number[]): BitLinear =>
    bitLinear({ units: 6, kernelQuantizer, ...(inputShape && { inputShape }) });

  test('starts from the initial kernel when the layer is built', () => {
    const layer = newLayer();
    layer.build([null, 50]);
    expect(weightNames(layer)).toEqual(['kernel', 'bias', 'alpha']);
    expectClose(weight(layer, 'alpha'), expected(weight(layer, 'kernel')), 1e-6);
    expect(Math.min(...weight(layer, 'alpha').dataSync())).toBeGreaterThan(0.01);
  });

  test('starts from the kernel of a Dense layer', () => {
    const dense = tf.layers.dense({ units: 6 });
    dense.build([null, 50]);
    dense.setWeights([tf.mul(randomTensor([50, 6]), 30), tf.zeros([6])]);
    const layer = BitLinear.fromDense(dense, { kernelQuantizer });
    expectClose(weight(layer, 'alpha'), expected(weight(dense, 'kernel')), 1e-6);
  });

  test('follows a kernel set without it, and keeps one set with it', () => {
    const layer = newLayer();
    layer.build([null, 50]);
    const kernel = tf.mul(randomTensor([50, 6], 3), 7);
    setKernel(layer, kernel);
    expectClose(weight(layer, 'alpha'), expected(kernel), 1e-6);
    const alpha = tf.mul(expected(kernel), 0.5);
    layer.setWeights([kernel, tf.zeros([6]), alpha]);
    expectIdentical(weight(layer, 'alpha'), alpha);
  });

  test('is trained', () => {
    const layer = newLayer();
    layer.build([null, 50]);
    const before = weight(layer, 'alpha').dataSync().slice();
    const x = randomTensor([8, 50]);
    tf.train.sgd(0.1).minimize(() => tf.mean<tf.Scalar>(tf.square(tf.sub(apply(layer, x), 1))));
    expect([...weight(layer, 'alpha').dataSync()]).not.toEqual([...before]);
  });

  test('survives saving and loading, and is not started again by the loaded layer', async () => {
    const model = tf.sequential({ layers: [newLayer([50])] });
    const layer = model.layers[0] as BitLinear;
    const alpha = tf.mul(weight(layer, 'alpha'), 0.37);
    layer.setWeights([weight(layer, 'kernel'), weight(layer, 'bias'), alpha]);
    const loaded = await inMemory(model);
    const x = randomTensor([4, 50]);
    const expectedOutput = model.predict(x) as tf.Tensor;
    for (let i = 0; i < 2; i++) {
      expectIdentical(loaded.predict(x) as tf.Tensor, expectedOutput);
      expectIdentical(weight(loaded.layers[0], 'alpha'), alpha);
    }
    expectIdentical(deploy(loaded).predict(x) as tf.Tensor, expectedOutput);
  });

  test('a scale trained below zero counts as eps', () => {
    const layer = newLayer();
    layer.build([null, 50]);
    const alpha = tf.neg(weight(layer, 'alpha'));
    layer.setWeights([weight(layer, 'kernel'), weight(layer, 'bias'), alpha]);
    const x = randomTensor([3, 50]);
    const { y, weights } = gradients(layer, x, tf.ones([3, 6]));
    expect([...Object.values(weights)].every((w) => w.dataSync().every(Number.isFinite))).toBe(
      true,
    );
    expectIdentical(apply(layer.deploy(), x), y);
    expect(new Set(weight(layer, 'scale').dataSync())).toEqual(new Set([Math.fround(1e-5)]));
  });
});

test('the scale of a deployed lsq layer is alpha, of a paretoq layer two thirds of it', () => {
  for (const [name, factor] of [
    ['lsq', 1],
    ['paretoq', 1.5],
  ] as const) {
    // prettier-ignore
    const layer = bitLinear({ units: 3, kernelQuantizer: name });
    layer.build([null, 8]);
    const alpha = weight(layer, 'alpha').dataSync().slice();
    layer.deploy();
    expectIdentical(
      weight(layer, 'scale'),
      alpha.map((value) => value / factor),
    );
  }
});

test('the gradient of one lsq scale is the sum of those per output at equal scales', () => {
  const kernel = tf.tensor2d(randomFloats(40 * 5, 1), [40, 5]);
  const [x, dy] = [randomTensor([7, 40], 2), randomTensor([7, 5], 3)];
  const [single, each] = [false, true].map((perOutput) => {
    const layer = bitLinear({
      units: 5,
      useBias: false,
      kernelQuantizer: { name: 'lsq', perOutput },
    });
    layer.build([null, 40]);
    layer.setWeights([kernel, tf.fill([perOutput ? 5 : 1], 0.3)]);
    return gradients(layer, x, dy);
  }) as [ReturnType<typeof gradients>, ReturnType<typeof gradients>];
  expectClose(single.weights['kernel'], each.weights['kernel'], 1e-6);
  expectClose([tf.sum(each.weights['alpha']).dataSync()[0]], single.weights['alpha'], 1e-6);
});
