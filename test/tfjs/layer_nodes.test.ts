import * as tf from '@tensorflow/tfjs';
import {
  inputShape,
  inputTensors,
  nodeOf,
  outputShape,
  outputTensors,
  tensorsBefore,
} from '../../src/tfjs/layer_nodes';

const input = (...shape: number[]) => tf.input({ shape });
const inputShapes = (layer: tf.layers.Layer) => layer.inboundNodes.map(inputShape);
const outputShapes = (layer: tf.layers.Layer) => layer.inboundNodes.map(outputShape);

test('shapes of a layer, one for each use', () => {
  const layer = tf.layers.dense({ units: 2 });
  expect([inputShapes(layer), outputShapes(layer)]).toEqual([[], []]);
  layer.apply(input(3));
  layer.apply(input(4, 3));
  expect(inputShapes(layer)).toEqual([
    [null, 3],
    [null, 4, 3],
  ]);
  expect(outputShapes(layer)).toEqual([
    [null, 2],
    [null, 4, 2],
  ]);
});

test('the first shape where there are several, and those of inputs and models', () => {
  const add = tf.layers.add();
  add.apply([input(3), input(3)]);
  expect(inputShapes(add)).toEqual([[null, 3]]);
  const lstm = tf.layers.lstm({ units: 2, returnState: true });
  lstm.apply(input(5, 3));
  expect(outputShapes(lstm)).toEqual([[null, 2]]);
  const { sourceLayer } = input(3);
  expect([inputShapes(sourceLayer), outputShapes(sourceLayer)]).toEqual([[[null, 3]], [[null, 3]]]);
  // A model's first node is its own.
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  model.apply(input(3));
  expect(outputShapes(model)).toEqual([
    [null, 2],
    [null, 2],
  ]);
});

test('tensors before a tensor are those of the use that made it', () => {
  const [x, y] = [input(3), input(3)];
  const layer = tf.layers.dense({ units: 3 });
  const [first, second] = [x, y].map((tensor) => layer.apply(tensor) as tf.SymbolicTensor);
  expect(tensorsBefore(first!)).toEqual([x]);
  expect(tensorsBefore(second!)).toEqual([y]);
  const sum = tf.layers.add().apply([first!, second!]) as tf.SymbolicTensor;
  expect(tensorsBefore(sum)).toEqual([first, second]);
  expect(layer.inboundNodes.map(inputTensors)).toEqual([[x], [y]]);
  expect(layer.inboundNodes.map(outputTensors)).toEqual([[first], [second]]);
  expect([first!, second!].map(nodeOf)).toEqual(layer.inboundNodes);
});

test('each output of a layer knows its use and its place', () => {
  const x = input(5, 3);
  const lstm = tf.layers.lstm({ units: 2, returnState: true });
  lstm.apply(input(5, 3));
  const outputs = lstm.apply(x) as tf.SymbolicTensor[];
  expect(outputs.map(({ sourceLayer }) => sourceLayer === lstm)).toEqual([true, true, true]);
  expect(outputs.map(({ nodeIndex, tensorIndex }) => [nodeIndex, tensorIndex])).toEqual([
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
  for (const output of outputs) expect(tensorsBefore(output)).toEqual([x]);
});

test('so does each output of a nested model, which is another tensor than in the model', () => {
  const [x, y] = [input(3), input(3)];
  const outputs = [1, 2].map((units) => tf.layers.dense({ units }).apply(x) as tf.SymbolicTensor);
  const model = tf.model({ inputs: x, outputs });
  const given = model.apply(y) as tf.SymbolicTensor[];
  expect(given.map(({ sourceLayer }) => sourceLayer === model)).toEqual([true, true]);
  expect(given.map(({ tensorIndex }) => tensorIndex)).toEqual([0, 1]);
  for (const tensor of given) expect(tensorsBefore(tensor)).toEqual([y]);
  expect(model.outputs.some((output) => output.sourceLayer === model)).toBe(false);
});

test('nothing stands before an input', () => {
  const x = input(3);
  expect(tensorsBefore(x)).toEqual([]);
  expect(x.sourceLayer.inboundNodes.map(inputTensors)).toEqual([[]]);
});
