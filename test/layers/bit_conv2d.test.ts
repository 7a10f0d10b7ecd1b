import * as tf from '@tensorflow/tfjs';
import { BitConv2D, bitConv2d, bitLinear, deploy, summary, type BitConv2DOptions } from '../../src';
import { apply, gradients, weight, weightNames } from '../support/layers';
import { TITLED_GRID, windowOf, type GridCase } from '../support/convolution_grid';
import {
  quantizedImages,
  referenceGradients,
  referenceSums,
} from '../support/convolution_reference';
import { present } from '../support/present';
import { INPUTS } from '../support/product_grid';
import { KERNEL_QUANTIZERS, titled } from '../support/quantizers';
import {
  expectClose,
  expectIdentical,
  randomFloats,
  randomTensor,
  sizeOf,
  valuesOf,
} from '../support/values';

/** A built layer with random weights. */
function builtConvolution(channels: number, options: BitConv2DOptions, seed = 1): BitConv2D {
  const layer = bitConv2d(options);
  layer.build([null, null, null, channels]);
  const [kernel, bias] = layer.weights.map(({ shape }) => shape as number[]);
  const values = [randomTensor(kernel, seed), ...(layer.useBias ? [randomTensor(bias, 2)] : [])];
  layer.setWeights(values);
  return layer;
}

function layerOf(each: GridCase, options: Partial<BitConv2DOptions> = {}): BitConv2D {
  const { filters, shape, ...window } = each;
  return builtConvolution(shape[3], { filters, ...window, ...options });
}

describe('bitConv2d', () => {
  test('has the defaults it documents', () => {
    const layer = bitConv2d({ filters: 3, kernelSize: 2 });
    expect(layer).toBeInstanceOf(BitConv2D);
    expect(layer.getClassName()).toBe('BitConv2D');
    expect(layer.kernelQuantizer).toEqual({ name: 'bitnet', perOutput: false, addEps: false });
    const { inputQuantizer, scalePer, eps, useBias, deployed, blend } = layer;
    expect([inputQuantizer, scalePer, eps, useBias]).toEqual(['int8', 'image', 1e-5, true]);
    expect([deployed, blend]).toEqual([false, 1]);
    const { kernelSize, strides, dilationRate, padding } = layer;
    expect([kernelSize, strides, dilationRate, padding]).toEqual([[2, 2], [1, 1], [1, 1], 'valid']);
  }); // prettier-ignore

  test('names its weights kernel [height, width, channels, filters], bias and, if learned, alpha', () => {
    const layer = builtConvolution(5, { filters: 3, kernelSize: [2, 4], kernelQuantizer: 'lsq' });
    expect(weightNames(layer)).toEqual(['kernel', 'bias', 'alpha']);
    expect(weight(layer, 'kernel').shape).toEqual([2, 4, 5, 3]);
  });

  test('a deployed layer holds packed (int32), scale and bias, none trainable', () => {
    const kernelQuantizer = { name: 'bitnet', perOutput: true } as const;
    const layer = builtConvolution(9, { filters: 3, kernelSize: 3, kernelQuantizer }).deploy();
    expect(weightNames(layer)).toEqual(['packed', 'scale', 'bias']);
    expect(layer.weights.map(({ shape }) => shape)).toEqual([[3, 8], [3], [3]]);
    expect(layer.trainableWeights).toEqual([]);
    expect(layer.deploy()).toBe(layer);
  });

  test.each(titled(KERNEL_QUANTIZERS))('config makes an equal layer: %s', (_, kernelQuantizer) => {
    const config = bitConv2d({
      ...{ filters: 3, kernelSize: [1, 2], strides: [2, 1], padding: 'same', name: 'mine' },
      ...{ kernelQuantizer, inputQuantizer: 'none', eps: 0.001, useBias: false, blend: 0.5 },
    }).getConfig();
    expect(config['kernelQuantizer']).toMatchObject(kernelQuantizer);
    const again = BitConv2D.fromConfig(BitConv2D, structuredClone(config)) as BitConv2D;
    expect(again.getConfig()).toEqual(config);
  });

  test('computes as Conv2D at blend 0', () => {
    for (const [, each] of TITLED_GRID.slice(6, 13)) {
      const layer = layerOf(each, { blend: 0 });
      const { filters, shape, ...window } = each;
      const float = tf.layers.conv2d({ filters, ...window });
      float.build(shape);
      float.setWeights(layer.getWeights());
      expect(layer.computeOutputShape(shape)).toEqual(float.computeOutputShape(shape));
      const x = randomTensor(shape);
      expectClose(apply(layer, x), apply(float, x));
    }
  });

  test('at blends between, it is between, and its gradients are', () => {
    const [, each] = TITLED_GRID[9];
    const x = randomTensor(each.shape);
    const at = (blend: number) => {
      const layer = layerOf(each, { blend });
      const dy = randomTensor(layer.computeOutputShape(each.shape) as number[], 5);
      return gradients(layer, x, dy);
    };
    const [none, half, all] = [0, 0.5, 1].map(at);
    // x and kernel are mixed, so the product is not: it has a part of both.
    expect(half.y.shape).toEqual(none.y.shape);
    const change = (a: tf.Tensor, b: tf.Tensor) => tf.norm(tf.sub(a, b)).dataSync()[0];
    expect(change(half.y, none.y)).toBeLessThan(change(all.y, none.y));
    expect(change(half.dx, none.dx)).toBeLessThan(change(all.dx, none.dx));
  });

  test('one scale for each position computes what BitLinear computes there', () => {
    const inputQuantizer = { name: 'int8', per: 'position' } as const;
    const layer = builtConvolution(17, { filters: 6, kernelSize: 1, inputQuantizer });
    const linear = bitLinear({ units: 6 });
    linear.build([null, 17]);
    const [kernel, bias] = layer.getWeights();
    linear.setWeights([tf.reshape(kernel, [17, 6]), bias]);
    const x = tf.mul(randomTensor([2, 4, 3, 17]), randomTensor([2, 4, 3, 1], 9));
    const expected = apply(linear, x);
    expectIdentical(apply(layer, x), expected);
    const again = BitConv2D.fromConfig(BitConv2D, layer.getConfig()) as BitConv2D;
    expect(again.scalePer).toBe('position');
    expectIdentical(apply(layer.deploy(), x), expected);
  });

  test('an output does not depend on the other images of the batch', () => {
    const layer = builtConvolution(3, { filters: 5, kernelSize: 3 });
    const x = tf.mul(randomTensor([4, 6, 6, 3]), tf.tensor4d([1, 100, 0.01, 3], [4, 1, 1, 1]));
    for (const each of [layer, builtConvolution(3, { filters: 5, kernelSize: 3 }).deploy()]) {
      const alone = tf.split(x, 4).map((image) => apply(each, image));
      expectIdentical(apply(each, x), tf.concat(alone));
    }
  });

  test('summary counts its multiplications', () => {
    const layers = [bitConv2d({ filters: 5, kernelSize: 3, strides: 2, inputShape: [9, 7, 4] })];
    const [{ shape, macs }] = summary(tf.sequential({ layers })).layers;
    expect([shape, macs.ternary]).toEqual([[36, 5], 4 * 3 * 36 * 5]);
  });
});

/** Every window with one rule, and every rule with some windows. */
const DEPLOYED = KERNEL_QUANTIZERS.flatMap((kernelQuantizer, i) =>
  TITLED_GRID.filter((_, j) => i === 0 || j % KERNEL_QUANTIZERS.length === i).map(
    ([title, each]) =>
      [`${JSON.stringify(kernelQuantizer)}, ${title}`, kernelQuantizer, each] as const,
  ),
);

test.each(DEPLOYED)('predict is the same before and after deploy: %s', (_, kernelQuantizer, each) => {
  const activation = (['linear', 'relu', 'relu6'] as const)[each.filters % 3];
  const layer = layerOf(each, { kernelQuantizer, activation, useBias: each.shape[1] % 3 > 0 });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: each.shape.slice(1) }), layer] });
  const deployed = deploy(model);
  const size = sizeOf(each.shape);
  for (const input of ['random', 'ties at .5', 'one NaN a row', 'one infinity a row']) {
    const perRow = input === 'ties at .5' ? size / each.shape[0] : 2 * size;
    const x = tf.tensor(INPUTS[input](size, 3, perRow), each.shape);
    expectIdentical(deployed.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  }
}); // prettier-ignore

describe('gradients are those of the convolution with the quantized kernel', () => {
  test.each(TITLED_GRID)('%s', (_, each) => {
    const { shape, filters } = each;
    for (const inputQuantizer of ['none', 'int8'] as const) {
      const layer = layerOf(each, { inputQuantizer });
      const outputs = layer.computeOutputShape(shape) as number[];
      const [x, dy] = [randomFloats(sizeOf(shape), 3), randomFloats(sizeOf(outputs), 4)];
      const { y, dx, weights } = gradients(layer, tf.tensor(x, shape), tf.tensor(dy, outputs));
      const [ternary, scale] = tf.tidy(() => {
        const quantized = present(layer.ternaryKernel.deployed ? null : layer.ternaryKernel).quantized();
        return [quantized.ternary.dataSync(), quantized.scale.dataSync()[0]];
      });
      const kernel = Float32Array.from(ternary, (t) => t * scale);
      const convolution = { x, shape, kernel, filters, window: windowOf(each) };
      const used = inputQuantizer === 'none' ? x : dequantized(convolution);
      const expected = referenceGradients({ ...convolution, x: used }, dy);
      expectClose(dx, expected.dx);
      expectClose(weights['kernel'], expected.dkernel);
      const ofBias = Array.from({ length: filters }, (_, n) =>
        dy.filter((_, i) => i % filters === n).reduce((sum, value) => sum + value, 0),
      );
      expectClose(weights['bias'], ofBias);
      const sums = referenceSums({ ...convolution, x: used });
      const bias = valuesOf(weight(layer, 'bias'));
      expectClose(y, Float32Array.from(sums, (sum, i) => sum + bias[i % filters]));
    }
  });
}); // prettier-ignore

function dequantized(convolution: Parameters<typeof quantizedImages>[0]): Float32Array {
  const images = quantizedImages(convolution, 1e-5);
  return Float32Array.from(images.flatMap(({ q, rowScale }) => Array.from(q, (v) => v * rowScale)));
}

test('the gradient at the input of a deployed layer is that of the trained one', () => {
  for (const [, each] of TITLED_GRID) {
    const layer = layerOf(each, { activation: each.filters % 2 ? 'relu' : 'relu6' });
    const outputs = layer.computeOutputShape(each.shape) as number[];
    const [x, dy] = [randomTensor(each.shape, 3), randomTensor(outputs, 4)];
    const { dx } = gradients(layer, x, dy);
    expectClose(gradients(layer.deploy(), x, dy).dx, dx);
  }
});

test('a net of convolutions learns, and its tensors stay as many', async () => {
  const model = tf.sequential();
  model.add(bitConv2d({ filters: 6, kernelSize: 3, padding: 'same', inputShape: [6, 6, 2] }));
  model.add(bitConv2d({ filters: 4, kernelSize: 3, dilationRate: 2, activation: 'relu' }));
  model.add(bitConv2d({ filters: 4, kernelSize: 2, strides: 2, kernelQuantizer: 'lsq' }));
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: 2 }));
  const optimizer = tf.train.adam(0.01);
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const [x, y] = [randomTensor([8, 6, 6, 2]), randomTensor([8, 2], 2)];
  const first = (await model.trainOnBatch(x, y)) as number;
  const { numTensors } = tf.memory();
  let last = first;
  for (let step = 0; step < 100; step++) last = (await model.trainOnBatch(x, y)) as number;
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(last).toBeLessThan(first / 2);
});

describe('bad input', () => {
  const window = { filters: 2, kernelSize: 3, name: 'c' };
  const shapes: Array<[string, Partial<BitConv2DOptions>, tf.Shape, string]> = [
    ['another rank', {}, [1, 5, 5], 'of rank 4, [batch, height, width, channels], got [1,5,5]'],
    ['unknown channels', {}, [1, 5, 5, null], 'of known, positive channels, [..., channels], got [1,5,5,null]'],
    ['too small an image', { dilationRate: 2 }, [1, 5, 4, 2], 'of images not smaller than the window, 5x5, got [1,5,4,2]'],
    ['too many inputs', {}, [1, 5, 5, 14679], 'of at most 14678 channels for a window of 3x3, for exact integer sums, got'],
  ];

  test.each(shapes)('%s', (_, options, shape, message) => {
    const layer = bitConv2d({ ...window, ...options });
    expect(() => layer.build(shape)).toThrow(`BitConv2D layer "c": input must be ${message}`);
    expect(layer.built).toBe(false);
  });

  test('other channels than those it was built for', () => {
    const layer = builtConvolution(3, window);
    const message = 'BitConv2D layer "c": input must be of shape [batch, height, width, 3], got [1,5,5,4].';
    expect(() => apply(layer, tf.ones([1, 5, 5, 4]))).toThrow(message);
  });

  const options: Array<[string, object, string]> = [
    ['channels first', { dataFormat: 'channelsFirst' }, 'dataFormat must be \'channelsLast\' (transpose images whose channels come first), or null, got "channelsFirst"'],
    ['groups', { groups: 2 }, 'options has no "groups"'],
    ['dilation with strides', { strides: [2, 1], dilationRate: 2 }, 'dilationRate must be 1 with strides of [2,1] (tfjs takes one of the two), got [2,2]'],
    ['positions of a window', { inputQuantizer: { name: 'int8', per: 'position' } }, 'inputQuantizer.per must be \'image\' for a window other than 1x1 with strides of 1, got "position"'],
    ['three sizes', { kernelSize: [3, 3, 3] }, 'kernelSize must be a positive integer, or a list of two, got [3,3,3]'],
    ['another rule', { inputQuantizer: { name: 'none', per: 'image' } }, 'inputQuantizer must be \'int8\' or \'none\', or {name: \'int8\', per: \'image\' or \'position\'}, got {"name":"none","per":"image"}'],
  ];

  test.each(options)('%s', (_, wrong, message) => {
    expect(() => bitConv2d({ ...window, ...wrong })).toThrow(`BitConv2D layer "c": ${message}`);
  });

  test('NaN in the kernel is refused at deploy, and nothing changes', () => {
    const layer = builtConvolution(2, window);
    const [kernel, bias] = layer.getWeights();
    layer.setWeights([tf.mul(kernel, NaN), bias]);
    expect(() => layer.deploy()).toThrow('BitConv2D layer "c"');
    expect([layer.deployed, weightNames(layer)]).toEqual([false, ['kernel', 'bias']]);
  });

  test('packed words of another shape are refused', () => {
    const layer = builtConvolution(2, window).deploy();
    const [, scale, bias] = layer.getWeights();
    const words = tf.zeros([2, 8], 'int32');
    const message = 'BitConv2D layer "c": packed must be int32 of shape [2,4], got';
    expect(() => layer.setWeights([words, scale, bias])).toThrow(message);
  });

  test('damaged words are found at their first use', () => {
    const layer = builtConvolution(2, window).deploy();
    const packed = present(layer.weights.find(({ name }) => name.includes('packed')));
    packed.write(tf.fill([2, 4], -1, 'int32'));
    expect(() => apply(layer, tf.ones([1, 4, 4, 2]))).toThrow('BitConv2D layer "c"');
  });
}); // prettier-ignore
