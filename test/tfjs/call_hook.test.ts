import * as tf from '@tensorflow/tfjs';
import { callHook } from '../../src/tfjs/call_hook';

test('a layer has the hook that it was given, and calls it', () => {
  const layer = tf.layers.dense({ units: 1 });
  expect(callHook(layer)).toBeNull();
  const hook = jest.fn();
  layer.setCallHook(hook);
  expect(callHook(layer)).toBe(hook);
  const x = tf.ones([1, 2]);
  layer.apply(x);
  expect(hook).toHaveBeenCalledTimes(1);
  layer.clearCallHook();
  expect(callHook(layer)).toBeNull();
});
