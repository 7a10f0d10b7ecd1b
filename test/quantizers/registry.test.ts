import * as tf from '@tensorflow/tfjs';
import { bitLinear, quantizers, registerQuantizer, type KernelQuantizer } from '../../src';
import { apply } from '../support/layers';
import { expectIdentical } from '../support/values';

const signs = (): KernelQuantizer => ({
  name: 'onlySigns',
  options: {},
  quantize: (kernel, { eps }) => ({
    ternary: tf.sign(kernel),
    scale: tf.maximum(tf.reshape(tf.mean(tf.abs(kernel)), [1]), eps),
  }),
});

describe('quantizers by name', () => {
  test('the built-in ones are there', () => {
    expect([...quantizers.keys()].slice(0, 4)).toEqual(['bitnet', 'twn', 'lsq', 'paretoq']);
  });

  test('a registered one is used, with the straight-through gradient', () => {
    registerQuantizer('onlySigns', signs);
    const layer = bitLinear({ units: 1, kernelQuantizer: 'onlySigns', useBias: false });
    layer.build([null, 2]);
    layer.setWeights([tf.tensor2d([[1], [-3]])]);
    expectIdentical(apply(layer, tf.tensor2d([[127, 27]])), [200]);
    const { grads } = tf.variableGrads(
      () => tf.sum(apply(layer, tf.tensor2d([[127, 27]]))) as tf.Scalar,
    );
    expectIdentical(Object.values(grads)[0]!, [127, 27]);
    layer.deploy();
    expectIdentical(apply(layer, tf.tensor2d([[127, 27]])), [200]);
  });

  test('a name is taken once', () => {
    expect(() => registerQuantizer('bitnet', signs)).toThrow(
      /^registerQuantizer: name must be none of \["bitnet","twn",.*\(taken\), got "bitnet"/,
    );
  });

  test('refuses an empty name, and what is not a factory', () => {
    expect(() => registerQuantizer('', signs)).toThrow('name must be a non-empty string, got ""');
    expect(() => registerQuantizer('none', 3 as never)).toThrow(
      'factory must be a function, got 3',
    );
    expect(quantizers.has('none')).toBe(false);
  });
});
