import * as tf from '@tensorflow/tfjs';
import { disposingOnError } from '../../src/tfjs/registered_variables';

const build = () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  tf.scalar(1).variable();
  return model;
};

test('variables are registered from when they are made until they are disposed of', () => {
  const registered = () => Object.values(tf.engine().registeredVariables);
  const variable = tf.scalar(1).variable();
  expect(registered()).toContain(variable);
  variable.dispose();
  expect(registered()).not.toContain(variable);
});

test('those made before an error are freed, and those before that stay', () => {
  const before = tf.scalar(1).variable();
  const { numTensors } = tf.memory();
  const failing = () => {
    build();
    throw new Error('half way');
  };
  expect(() => disposingOnError(failing)).toThrow('half way');
  // The scalar that a variable was made of is no variable.
  expect(tf.memory().numTensors - numTensors).toBe(1);
  expect(before.isDisposed).toBe(false);
});

test('without an error they stay', () => {
  const model = disposingOnError(build);
  expect(model.getWeights().every(({ isDisposed }) => !isDisposed)).toBe(true);
});
