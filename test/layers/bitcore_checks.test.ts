import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear } from '../../src';
import { apply, builtLayer, gradients, weight, weightNames } from '../support/layers';
import { KERNEL_QUANTIZERS, titled } from '../support/quantizers';
import { expectIdentical, randomTensor } from '../support/values';

/*
 * The 17 checks of BitCore's own tests on the CPU, for every quantizer and option. Where BitCore
 * allows outputs to differ by 0.5 (or 1.0) before and after deploy, these must be equal.
 */

const DIMENSIONS = [[4, 8], [8, 4], [12, 16], [32, 64], [64, 32], [128, 256]] as const; // prettier-ignore

function denseLayer(useBias: boolean): tf.layers.Layer {
  const dense = tf.layers.dense({ units: 12, useBias, biasInitializer: 'randomNormal' });
  dense.build([null, 16]);
  return dense;
}

describe.each(titled(KERNEL_QUANTIZERS))('BitCore checks: %s', (_, kernelQuantizer) => {
  const layerOf = (inFeatures: number, units: number, useBias = true): BitLinear =>
    builtLayer(inFeatures, { units, useBias, kernelQuantizer });

  function expectDeployKeepsOutputs(layer: BitLinear, x: tf.Tensor): void {
    const before = apply(layer, x);
    expectIdentical(apply(layer.deploy(), x), before);
  }

  test('1 forward shape, and gradients of kernel and bias', () => {
    const { y, weights } = gradients(layerOf(16, 8), randomTensor([4, 16]), tf.ones([4, 8]));
    expect(y.shape).toEqual([4, 8]);
    expect(weights['kernel'].shape).toEqual([16, 8]);
    expect(weights['bias'].shape).toEqual([8]);
  });

  test('2 fromDense copies kernel and bias', () => {
    const dense = denseLayer(true);
    const layer = BitLinear.fromDense(dense, { kernelQuantizer });
    expectIdentical(weight(layer, 'kernel'), weight(dense, 'kernel'));
    expectIdentical(weight(layer, 'bias'), weight(dense, 'bias'));
  });

  test('3 deploy sets the flag, and keeps the output shape', () => {
    const layer = layerOf(16, 8);
    expect(layer.deployed).toBe(false);
    expect(layer.deploy()).toBe(layer);
    expect(layer.deployed).toBe(true);
    expect(apply(layer, randomTensor([4, 16])).shape).toEqual([4, 8]);
  });

  test('4 trained and deployed outputs are equal', () => {
    expectDeployKeepsOutputs(layerOf(16, 16), randomTensor([8, 16]));
  });

  test.each(DIMENSIONS)('5 dimensions %i to %i', (inFeatures, units) => {
    const layer = layerOf(inFeatures, units);
    expect(apply(layer, randomTensor([2, inFeatures])).shape).toEqual([2, units]);
    expect(weight(layer, 'kernel').shape).toEqual([inFeatures, units]);
  });

  test.each([1, 4, 8, 16, 32])('6 batch of %i', (batch) => {
    const layer = layerOf(16, 8);
    const x = randomTensor([32, 16]);
    const y = apply(layer, tf.slice(x, 0, batch));
    expect(y.shape).toEqual([batch, 8]);
    // Rows are quantized one by one: the batch around a row does not matter.
    expectIdentical(y, tf.slice(apply(layer, x), 0, batch));
  });

  test('7 rank 3', () => {
    const layer = layerOf(16, 8);
    const x = randomTensor([2, 5, 16]);
    const y = apply(layer, x);
    expect(y.shape).toEqual([2, 5, 8]);
    expectIdentical(tf.reshape(y, [10, 8]), apply(layer, tf.reshape(x, [10, 16])));
  });

  test('8 rank 4, trained and deployed', () => {
    const layer = layerOf(16, 8);
    const x = randomTensor([2, 3, 4, 16]);
    expect(apply(layer, x).shape).toEqual([2, 3, 4, 8]);
    expectDeployKeepsOutputs(layer, x);
  });

  test('9 no bias', () => {
    const layer = layerOf(16, 8, false);
    expect(weightNames(layer)).not.toContain('bias');
    expect(apply(layer, randomTensor([4, 16])).shape).toEqual([4, 8]);
  });

  test('10 gradients reach input, kernel, bias and a learned scale', () => {
    const layer = layerOf(16, 8);
    const { dx, weights } = gradients(layer, randomTensor([4, 16]), randomTensor([4, 8], 5));
    const names = weightNames(layer);
    expect(Object.keys(weights)).toEqual(names);
    for (const gradient of [dx, ...Object.values(weights)]) {
      const values = gradient.dataSync();
      expect(values.every(Number.isFinite)).toBe(true);
      expect(values.some((value) => value !== 0)).toBe(true);
    }
  });

  test('11 outputs in training and evaluation are equal', () => {
    const layer = layerOf(16, 8);
    const x = randomTensor([4, 16]);
    expectIdentical(layer.apply(x, { training: true }) as tf.Tensor, apply(layer, x));
  });

  test('12 five forwards give the same', () => {
    const layer = layerOf(16, 8);
    const x = randomTensor([4, 16]);
    const first = apply(layer, x);
    for (let i = 0; i < 4; i++) expectIdentical(apply(layer, x), first);
  });

  test.each([...DIMENSIONS.slice(0, 5)])(
    '13 trained and deployed, %i to %i',
    (inFeatures, units) => {
      expectDeployKeepsOutputs(layerOf(inFeatures, units), randomTensor([4, inFeatures]));
    },
  );

  test('14 trained and deployed without bias', () => {
    expectDeployKeepsOutputs(layerOf(16, 8, false), randomTensor([4, 16]));
  });

  test('15 trained and deployed, rank 3', () => {
    expectDeployKeepsOutputs(layerOf(16, 8), randomTensor([2, 5, 16]));
  });

  test('16 fromDense without bias', () => {
    const dense = denseLayer(false);
    const layer = BitLinear.fromDense(dense, { kernelQuantizer });
    expect(layer.useBias).toBe(false);
    expect(weightNames(layer)).not.toContain('bias');
    expectIdentical(weight(layer, 'kernel'), weight(dense, 'kernel'));
  });

  test('17 deploying twice changes nothing', () => {
    const layer = layerOf(16, 8).deploy();
    const x = randomTensor([4, 16]);
    const once = apply(layer, x);
    const packed = weight(layer, 'packed');
    expectIdentical(apply(layer.deploy(), x), once);
    expect(weight(layer, 'packed')).toBe(packed);
  });
});

test('kernels are ternary (BitCore never checks it)', () => {
  for (const kernelQuantizer of KERNEL_QUANTIZERS) {
    const layer = bitLinear({ units: 9, kernelQuantizer });
    layer.build([null, 30]);
    const { ternary } = layer.quantizedKernel();
    expect(new Set(tf.add(ternary, 0).dataSync())).toEqual(new Set([-1, 0, 1]));
  }
});
