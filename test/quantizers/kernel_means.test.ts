import * as tf from '@tensorflow/tfjs';
import { quantizers, type QuantizedKernel } from '../../src';
import { meanOf, sumOf } from '../../src/quantizers/kernel/reduce_kernel';
import { difference, randomFloats } from '../support/values';
import { present } from '../support/present';

/*
 * A naive float32 sum over 4096 x 4096 values, as tfjs's wasm backend makes it, is 2 % off.
 */

// Looking up a global is slow where Jest runs tests.
const { abs, fround } = Math;

interface Means {
  readonly perKernel: number;
  readonly perOutput: Float64Array;
  /** The mean of |W| above 0.75 mean|W|. */
  readonly above: number;
}

function doubleMeans(kernel: Float32Array, size: number): Means {
  const perOutput = new Float64Array(size);
  for (let i = 0; i < kernel.length; i++) perOutput[i % size] += abs(kernel[i]) / size;
  const perKernel = perOutput.reduce((sum, value) => sum + value, 0) / size;
  const threshold = fround(0.75 * perKernel);
  let [sum, count] = [0, 0];
  for (let i = 0; i < kernel.length; i++) {
    const magnitude = abs(kernel[i]);
    if (magnitude <= threshold) continue;
    sum += magnitude;
    count++;
  }
  return { perKernel, perOutput, above: sum / count };
}

const relative = (actual: number, expected: number) => abs(actual / expected - 1);

describe.each([1024, 4096])('means over a kernel of %p squared', (size) => {
  const values = randomFloats(size * size, 7);
  const expected = doubleMeans(values, size);
  let kernel: tf.Tensor;

  beforeAll(() => {
    kernel = tf.tensor2d(values, [size, size]);
  });
  afterAll(() => kernel.dispose());

  test('mean magnitude per kernel, and the sum', () => {
    const [mean, sum] = tf.tidy(() => {
      const magnitude = tf.abs(kernel);
      return [meanOf(magnitude, false).dataSync()[0], sumOf(magnitude, false).dataSync()[0]];
    }) as unknown as [number, number];
    expect(relative(mean, expected.perKernel)).toBeLessThan(2e-6);
    expect(relative(sum, expected.perKernel * size * size)).toBeLessThan(2e-6);
  });

  test('mean magnitude per output', () => {
    const means = tf.tidy(() => meanOf(tf.abs(kernel), true).dataSync());
    expect(means).toHaveLength(size);
    expect(difference(means, expected.perOutput)).toBeLessThan(2e-6);
  });

  test.each(size > 1024 ? ['lsq', 'twn'] : ['bitnet', 'lsq', 'twn'])('the scale of %s', (name) => {
    const rule = present(quantizers.get(name))({});
    const scale = tf.tidy(() => {
      if (rule.initialAlpha != null) return rule.initialAlpha(kernel, 1e-5).dataSync()[0];
      const quantized: QuantizedKernel = rule.quantize(kernel, { eps: 1e-5 });
      return quantized.scale.dataSync()[0];
    });
    expect(relative(scale, name === 'twn' ? expected.above : expected.perKernel)).toBeLessThan(
      4e-6,
    );
  });
});
