import * as tf from '@tensorflow/tfjs';
import { learningRateOf, setLearningRate } from '../../src/tfjs/learning_rate';
import { OPTIMIZERS } from '../support/optimizers';

test.each(Object.entries(OPTIMIZERS))(
  '%s looks its learning rate up at each step',
  (name, make) => {
    const optimizer = make(0.25);
    const x = tf.scalar(3).variable();
    const step = () => {
      const before = x.dataSync()[0]!;
      optimizer.minimize(() => tf.square(x) as tf.Scalar, false, [x]);
      return before - x.dataSync()[0]!;
    };
    expect(learningRateOf(optimizer)).toBe(0.25);
    expect(step()).toBeGreaterThan(0);
    setLearningRate(optimizer, 0);
    expect(learningRateOf(optimizer)).toBe(0);
    // The moments of RMSProp have the rates of the steps before in them.
    if (name !== 'rmsprop') expect(step()).toBe(0);
    setLearningRate(optimizer, 0.5);
    expect(learningRateOf(optimizer)).toBe(0.5);
    expect(step()).toBeGreaterThan(0);
  },
);

test('an optimizer without the field has no learning rate', () => {
  expect(learningRateOf({} as tf.Optimizer)).toBeUndefined();
});
