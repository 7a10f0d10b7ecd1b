import * as tf from '@tensorflow/tfjs';
import { assign, isDisposed, weightName, weightScope } from '../../src/tfjs/layer_variable';

const zeros = (...shape: number[]) => tf.zeros(shape);

test('a weight tells whether it has been freed; to read it does not', () => {
  const layer = tf.layers.dense({ units: 1 });
  layer.apply(zeros(1, 2));
  const [kernel] = layer.weights;
  expect(isDisposed(kernel!)).toBe(false);
  kernel!.dispose();
  expect(isDisposed(kernel!)).toBe(true);
  expect(() => kernel!.read()).toThrow('already disposed');
});

test('assigning applies no constraint, as writing does, and reading gives the variable itself', () => {
  const kernelConstraint = tf.constraints.nonNeg();
  const layer = tf.layers.dense({ units: 1, useBias: false, kernelConstraint });
  layer.apply(zeros(1, 2));
  const [kernel] = layer.weights;
  const value = tf.tensor2d([[-1], [2]]);
  assign(kernel!, value);
  expect([...kernel!.read().dataSync()]).toEqual([-1, 2]);
  kernel!.write(value);
  expect([...kernel!.read().dataSync()].map(Math.abs)).toEqual([0, 2]);
  expect(kernel!.read()).toBeInstanceOf(tf.Variable);
  expect(kernel!.read()).toBe(kernel!.read());
});

test('the name of a weight stands after the scope of the layer, or wrapper, that was applied', () => {
  const layer = tf.layers.dense({ units: 1, name: 'dense' });
  const wrapper = tf.layers.timeDistributed({
    layer: tf.layers.dense({ units: 1, name: 'inner' }),
    name: 'wrapper',
  });
  layer.apply(zeros(1, 2));
  wrapper.apply(zeros(1, 3, 2));
  const names = [...layer.weights, ...wrapper.weights].map((w) => [weightScope(w), weightName(w)]);
  expect(names).toEqual([
    ['dense/', 'kernel'],
    ['dense/', 'bias'],
    ['wrapper/', 'kernel'],
    ['wrapper/', 'bias'],
  ]);
});

test('a layer that is built outside apply has no scope', () => {
  const layer = tf.layers.dense({ units: 1, name: 'dense' });
  layer.build([null, 2]);
  expect(layer.weights.map((weight) => weight.originalName)).toEqual(['kernel', 'bias']);
  expect(layer.weights.map(weightScope)).toEqual(['', '']);
  expect(layer.weights.map(weightName)).toEqual(['kernel', 'bias']);
});
