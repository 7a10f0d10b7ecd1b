import '../../src/tfjs/node_util';
import * as tf from '@tensorflow/tfjs';

interface LegacyUtil {
  isNullOrUndefined(value: unknown): boolean;
  isArray(value: unknown): boolean;
}

test('the module that tfjs-node looks them up in has both functions', () => {
  const util = process.getBuiltinModule('node:util') as unknown as LegacyUtil;
  expect([null, undefined, 0, ''].map((value) => util.isNullOrUndefined(value))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([[], {}].map((value) => util.isArray(value))).toEqual([true, false]);
});

test('an op that calls them runs', () => {
  expect([...tf.sum(tf.ones([2, 3]), 0).dataSync()]).toEqual([2, 2, 2]);
});
