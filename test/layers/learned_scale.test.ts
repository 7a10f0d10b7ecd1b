import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, convert, deploy } from '../../src';
import { apply, gradients, setKernel, weight, weightNames } from '../support/layers';
import { artifactsOf, inMemory } from '../support/saving';
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

  test('follows a kernel that is loaded without it, and keeps one that is loaded', async () => {
    const float = tf.layers.dense({ units: 6, inputShape: [50], name: 'layer' });
    const net = tf.sequential({ layers: [float] });
    float.setWeights([tf.mul(randomTensor([50, 6], 3), 7), tf.ones([6])]);
    const ternary = bitLinear({ units: 6, kernelQuantizer, inputShape: [50], name: 'layer' });
    const around = tf.sequential({ layers: [tf.sequential({ layers: [ternary] })] });
    const loadInto = (model: tf.LayersModel, weights: tf.NamedTensorMap) =>
      model.loadWeights(weights, false);
    loadInto(around, { 'layer/bias': tf.ones([6]) });
    const start = weight(ternary, 'alpha');
    expectClose(start, expected(weight(ternary, 'kernel')), 1e-6);
    const [kernel, bias] = net.getWeights() as [tf.Tensor, tf.Tensor];
    loadInto(around, { 'layer/kernel': kernel, 'layer/bias': bias });
    expectIdentical(weight(ternary, 'kernel'), kernel);
    expectIdentical(weight(ternary, 'alpha'), weight(converted(net), 'alpha'));
    const alpha = tf.mul(expected(kernel), 0.5);
    const order = [
      { 'layer/alpha': alpha, 'layer/kernel': tf.add(kernel, 1) },
      { 'layer/kernel': kernel, 'layer/alpha': alpha },
    ];
    for (const weights of order) {
      loadInto(around, weights);
      expectIdentical(weight(ternary, 'alpha'), alpha);
    }
  });

  /** `convert` sets the weights of the layer, which start the scale. */
  function converted(model: tf.LayersModel): tf.layers.Layer {
    return convert(model, { kernelQuantizer, convertOutputs: true }).layers[0]!;
  }

  test('follows the kernel of a float net in files', async () => {
    const name = 'layer';
    const float = tf.layers.dense({ units: 6, inputShape: [50], name });
    const { weightData, weightSpecs } = await artifactsOf(tf.sequential({ layers: [float] }));
    const ternary = bitLinear({ units: 6, kernelQuantizer, inputShape: [50], name });
    const { modelTopology } = await artifactsOf(tf.sequential({ layers: [ternary] }));
    const files = tf.io.fromMemory({
      modelTopology,
      weightData,
      weightSpecs,
    } as tf.io.ModelArtifacts);
    const loaded = await tf.loadLayersModel(files, { strict: false });
    expectIdentical(weight(loaded.layers[0]!, 'kernel'), weight(float, 'kernel'));
    expectClose(weight(loaded.layers[0]!, 'alpha'), expected(weight(float, 'kernel')), 1e-6);
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
