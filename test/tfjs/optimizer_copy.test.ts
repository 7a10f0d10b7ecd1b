import * as tf from '@tensorflow/tfjs';
import { copyOptimizer, ownOptimizer } from '../../src/tfjs/optimizer_copy';
import { OPTIMIZERS } from '../support/optimizers';

test.each(Object.entries(OPTIMIZERS))('a copy of %s has its class and settings', (_, make) => {
  const optimizer = make(0.25);
  const copy = copyOptimizer(optimizer);
  expect(copy).not.toBe(optimizer);
  expect(copy.constructor).toBe(optimizer.constructor);
  expect(copy.getConfig()).toEqual(optimizer.getConfig());
  expect(copy.iterations).toBe(optimizer.iterations);
});

test('a model disposes of an optimizer that it owns, and of no other', () => {
  for (const owns of [true, false]) {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    const functional = tf.model({ inputs: model.inputs, outputs: model.outputs });
    const optimizer = tf.train.adam(1);
    const dispose = jest.spyOn(optimizer, 'dispose');
    functional.compile({ optimizer, loss: 'meanSquaredError' });
    if (owns) ownOptimizer(functional);
    functional.dispose();
    expect(dispose).toHaveBeenCalledTimes(owns ? 1 : 0);
  }
});

test('a model owns an optimizer that it was given by name', () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  expect(model).toHaveProperty('isOptimizerOwned', true);
  model.compile({ optimizer: tf.train.adam(), loss: 'meanSquaredError' });
  expect(model).toHaveProperty('isOptimizerOwned', false);
});
