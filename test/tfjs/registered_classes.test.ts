import * as tf from '@tensorflow/tfjs';
import { registeredClass } from '../../src/tfjs/registered_classes';

class Own extends tf.layers.Layer {
  static readonly className: string = 'OwnOfThisTest';
}

test('a class is found by its static name once it is registered', () => {
  expect(registeredClass('OwnOfThisTest')).toBeUndefined();
  tf.serialization.registerClass(Own);
  expect(registeredClass('OwnOfThisTest')).toBe(Own);
  expect(new Own({}).getClassName()).toBe('OwnOfThisTest');
});

test('the later of two classes of one name is found', () => {
  class Later extends Own {}
  tf.serialization.registerClass(Later);
  expect(registeredClass('OwnOfThisTest')).toBe(Later);
});

test('layers, models, initializers and activations of tfjs are found', () => {
  expect(registeredClass('Dense')).toBe(tf.layers.dense({ units: 1 }).constructor);
  expect(registeredClass('Sequential')).toBe(tf.Sequential);
  for (const name of ['TimeDistributed', 'GlorotNormal', 'L1L2', 'relu', 'LSTMCell']) {
    expect(registeredClass(name)).toBeInstanceOf(Function);
  }
});
