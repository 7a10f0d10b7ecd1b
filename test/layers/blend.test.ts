import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy, verify } from '../../src';
import { setBlend } from '../../src/training';
import { apply, builtLayer, gradients, setKernel, weight } from '../support/layers';
import { memory } from '../support/leaks';
import { MODELS } from '../support/models';
import { KERNEL_QUANTIZERS, LEARNED_QUANTIZERS, titled } from '../support/quantizers';
import { inMemory } from '../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../support/values';
import { present } from '../support/present';

function denseLike(layer: BitLinear): tf.layers.Layer {
  const dense = tf.layers.dense({ units: layer.units });
  dense.build([null, present(layer.inFeatures)]);
  dense.setWeights([weight(layer, 'kernel'), weight(layer, 'bias')]);
  return dense;
}

describe.each(titled(KERNEL_QUANTIZERS))('blend with %s', (_, kernelQuantizer) => {
  let x: tf.Tensor;
  let dy: tf.Tensor;
  beforeAll(() => {
    [x, dy] = [randomTensor([2, 3, 33], 4), randomTensor([2, 3, 7], 5)];
  });
  const layerAt = (blend: number) => builtLayer(33, { units: 7, kernelQuantizer, blend });

  test('0 is a Dense layer, forward and backward', () => {
    const layer = layerAt(0);
    const [actual, expected] = [gradients(layer, x, dy), gradients(denseLike(layer), x, dy)];
    expectClose(actual.y, expected.y, 1e-6);
    expectClose(actual.dx, expected.dx, 1e-6);
    expectClose(actual.weights['kernel'], expected.weights['kernel'], 1e-6);
    expectClose(actual.weights['bias'], expected.weights['bias'], 1e-6);
  });

  test('1 set late is the ternary layer, bit for bit', () => {
    const [layer, ternary] = [layerAt(0.3), builtLayer(33, { units: 7, kernelQuantizer })];
    layer.blend = 1;
    const [actual, expected] = [gradients(layer, x, dy), gradients(ternary, x, dy)];
    expectIdentical(actual.y, expected.y);
    expectIdentical(actual.dx, expected.dx);
    expectIdentical(actual.weights['kernel'], expected.weights['kernel']);
    expectIdentical(apply(layer.deploy(), x), expected.y);
  });

  test('next to 1 gives what 1 gives, to rounding', () => {
    const near = gradients(layerAt(1 - 1e-7), x, dy);
    const full = gradients(layerAt(1), x, dy);
    expectClose(near.y, full.y);
    expectClose(near.dx, full.dx);
    for (const name of Object.keys(full.weights)) expectClose(near.weights[name], full.weights[name]);
  });

  test('mixes inputs and weights, with inputQuantizer none the weights alone', () => {
    const layer = builtLayer(33, { units: 7, kernelQuantizer, inputQuantizer: 'none', blend: 0.25 });
    const { ternary, scale } = layer.quantizedKernel();
    const kernel = tf.add(tf.mul(weight(layer, 'kernel'), 0.75), tf.mul(tf.mul(ternary, scale), 0.25));
    const rows = tf.reshape<tf.Rank.R2>(x, [6, 33]);
    const expected = tf.add(tf.matMul(rows, kernel as tf.Tensor2D), weight(layer, 'bias'));
    expectClose(tf.reshape(apply(layer, x), [6, 7]), expected, 1e-6);
  });

  test('leaks nothing between 0 and 1', () => {
    const layer = layerAt(0.5);
    const optimizer = tf.train.sgd(0.01);
    const step = () => optimizer.minimize(() => tf.mean<tf.Scalar>(tf.square(apply(layer, x))));
    step();
    const before = memory();
    for (let i = 0; i < 20; i++) step();
    expect(memory()).toEqual(before);
  });
}); // prettier-ignore

test('each kernel gradient passes through its share: (1 - l) g + l rule(g)', () => {
  // lsq clips: the gradient of a weight beyond the scale is 0 at blend 1, g at blend 0.
  const gradientAt = (blend: number) => {
    const layer = builtLayer(2, { units: 1, kernelQuantizer: 'lsq', inputQuantizer: 'none', blend });
    setKernel(layer, tf.tensor2d([[0.1], [5]])); // the scale starts at 2.55
    return gradients(layer, tf.tensor2d([[1, 1]]), tf.tensor2d([[2]])).weights['kernel'];
  };
  expectClose(gradientAt(1), [2, 0], 1e-6);
  expectClose(gradientAt(0.25), [2, 1.5], 1e-6);
  expectClose(gradientAt(0), [2, 2], 1e-6);
}); // prettier-ignore

test.each(titled(LEARNED_QUANTIZERS))('the learned scale of %s gets its share', (_, kernelQuantizer) => {
  const gradientAt = (blend: number) => {
    const args = { units: 4, kernelQuantizer, inputQuantizer: 'none', blend } as const;
    return gradients(builtLayer(20, args), randomTensor([3, 20]), randomTensor([3, 4])).weights['alpha'];
  };
  expectClose(gradientAt(0.25), tf.mul(gradientAt(1), 0.25), 1e-6);
  expect(gradientAt(0)).toBeUndefined();
}); // prettier-ignore

describe('setBlend', () => {
  test.each(Object.entries(MODELS))('reaches every BitLinear of %s', (_, build) => {
    const { model, x } = build();
    const ternary = [model.predict(x)].flat();
    setBlend(model, 0.5);
    expect(() => deploy(model)).toThrow('blend must be 1 before it is packed');
    setBlend(model, 1);
    [model.predict(x)].flat().forEach((y, i) => expectIdentical(y, ternary[i]));
    deploy(model);
  });

  test('acts on a compiled model, and is saved with it', async () => {
    const model = tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [8], name: 'a' })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = [randomTensor([4, 8]), randomTensor([4, 3])];
    const lossAt = async (blend: number) => {
      setBlend(model, blend);
      const [loss] = [model.evaluate(x, y)].flat();
      return (await loss.data())[0];
    };
    expect(await lossAt(0)).not.toBe(await lossAt(1));
    setBlend(model, 0.25);
    const loaded = await inMemory(model);
    expect((loaded.layers[0] as BitLinear).blend).toBe(0.25);
    expectIdentical(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  });

  test('a deployed model says nothing of it and stays as it is', async () => {
    const model = tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [8], name: 'a' })] });
    setBlend(model, 0);
    setBlend(model, 1);
    const deployed = deploy(model);
    expect(deployed.layers[0].getConfig()).not.toHaveProperty('blend');
    expect((await verify(model, deployed, randomTensor([4, 8]))).identical).toBe(true);
    expect(() => setBlend(deployed, 0.5)).toThrow('no ternary layer that is not deployed');
  });

  test('wrong values change nothing', () => {
    const layer = builtLayer(8, { units: 3, name: 'a', blend: 0.5 });
    const message = 'BitLinear layer "a": blend must be a number from 0 to 1, got ';
    for (const wrong of [-0.1, 1.01, NaN, '1', null]) {
      expect(() => (layer.blend = wrong as number)).toThrow(message);
    }
    expect(layer.blend).toBe(0.5);
    expect(() => layer.deploy()).toThrow(
      'BitLinear layer "a": blend must be 1 before it is packed (finish the quantizationSchedule, or ' +
        'call setBlend(model, 1) and train a little longer), got 0.5.',
    );
    expect(layer.deployed).toBe(false);
    layer.blend = 1;
    layer.deploy().blend = 1;
    expect(() => (layer.blend = 0)).toThrow('blend must be 1 in a deployed layer, got 0.');
    expect(() => bitLinear({ units: 1, blend: 2 })).toThrow('blend must be a number from 0 to 1');
    expect(() => setBlend({} as tf.LayersModel, 1)).toThrow(
      'setBlend: model must be a tf.LayersModel',
    );
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    expect(() => setBlend(model, 0.5)).toThrow('has no ternary layer that is not deployed');
  });
});
