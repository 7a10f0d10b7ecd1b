import * as tf from '@tensorflow/tfjs';
import { fixedWeight, replaceWeights } from '../../src/tfjs/layer_weights';

const names = (weights: LayerVariable[]) => weights.map(({ originalName }) => originalName);
type LayerVariable = tf.layers.Layer['weights'][number];

function dense(): tf.layers.Layer {
  const kernelRegularizer = tf.regularizers.l2({ l2: 1 });
  return tf.layers.dense({ units: 2, name: 'dense', kernelRegularizer });
}

test('a fixed weight copies its tensor and has its dtype', () => {
  const tensor = tf.tensor1d([1, 2 ** 30 + 1], 'int32');
  const before = tf.memory().numTensors;
  const weight = fixedWeight('scope/name', tensor);
  expect(tensor.isDisposed).toBe(true);
  expect(tf.memory().numTensors).toBe(before);
  expect([weight.originalName, weight.dtype, weight.trainable]).toEqual([
    'scope/name',
    'int32',
    false,
  ]);
  expect([...weight.read().dataSync()]).toEqual([1, 2 ** 30 + 1]);
});

test('a layer holds what it was given, and nothing is trained or regularized', () => {
  const layer = dense();
  layer.apply(tf.zeros([1, 3]));
  expect(layer.losses).toHaveLength(1);
  expect(layer.calculateLosses()).toHaveLength(1);
  const [kernel, bias] = layer.weights;
  const packed = fixedWeight('dense/packed', tf.ones([2], 'int32'));
  replaceWeights(layer, [packed, bias!]);
  kernel!.dispose();
  expect(names(layer.weights)).toEqual(['dense/packed', 'dense/bias']);
  expect([layer.trainableWeights, names(layer.nonTrainableWeights)]).toEqual([
    [],
    ['dense/packed', 'dense/bias'],
  ]);
  expect(bias!.trainable).toBe(false);
  expect(layer.losses).toEqual([]);
  expect(layer.calculateLosses()).toEqual([]);
  expect(layer.getWeights().map(({ dtype }) => dtype)).toEqual(['int32', 'float32']);
});

test('a model around it has them, and frees them', () => {
  const layer = dense();
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [3] }), layer] });
  const [kernel, bias] = layer.weights;
  replaceWeights(layer, [fixedWeight('dense/packed', tf.ones([2], 'int32')), bias!]);
  kernel!.dispose();
  expect(names(model.weights)).toEqual(['dense/packed', 'dense/bias']);
  expect(model.trainableWeights).toEqual([]);
  expect(model.dispose().numDisposedVariables).toBe(2);
});
