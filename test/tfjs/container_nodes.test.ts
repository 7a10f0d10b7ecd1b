import * as tf from '@tensorflow/tfjs';
import { nodesIn } from '../../src/tfjs/container_nodes';
import { inputTensors } from '../../src/tfjs/layer_nodes';

const uses = (model: tf.LayersModel, layer: tf.layers.Layer) =>
  nodesIn(model).get(layer)?.length ?? 0;

test('a model knows how often it applies a layer, whatever other models do', () => {
  const [x, y] = [tf.input({ shape: [2] }), tf.input({ shape: [2] })];
  const layer = tf.layers.dense({ units: 2, name: 'dense' });
  const other = tf.layers.dense({ units: 2, name: 'dense_1' });
  const inner = other.apply(x) as tf.SymbolicTensor;
  const twice = layer.apply(layer.apply(inner)) as tf.SymbolicTensor;
  const model = tf.model({ inputs: x, outputs: twice });
  const once = tf.model({ inputs: y, outputs: layer.apply(y) as tf.SymbolicTensor });
  expect([uses(model, layer), uses(model, other)]).toEqual([2, 1]);
  expect([uses(once, layer), uses(once, other)]).toEqual([1, 0]);
  expect(layer.inboundNodes).toHaveLength(3);
  expect(nodesIn(once).get(layer)!.flatMap(inputTensors)).toEqual([y]);
  expect(nodesIn(model).get(layer)!.flatMap(inputTensors)).toContain(inner);
});

test('a Sequential that takes over layers leaves their first model with its own uses', () => {
  const dense = [4, 3, 2].map((units) => tf.layers.dense({ units }));
  const base = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [5] }), ...dense] });
  const tuned = tf.sequential();
  for (const layer of base.layers.slice(0, -1)) tuned.add(layer);
  const [shared] = dense;
  expect(shared!.inboundNodes).toHaveLength(2);
  expect(nodesIn(base).get(shared!)).toEqual([shared!.inboundNodes[0]]);
  expect(nodesIn(tuned).get(shared!)).toEqual([shared!.inboundNodes[1]]);
});

test('the nodes are those that tfjs counts as the model’s own', () => {
  const x = tf.input({ shape: [2] });
  const layer = tf.layers.dense({ units: 2, name: 'shared' });
  layer.apply(tf.input({ shape: [2] }));
  const outputs = layer.apply(layer.apply(x)) as tf.SymbolicTensor;
  const model = tf.model({ inputs: x, outputs });
  const names = [...nodesIn(model)].flatMap(([{ name }, nodes]) =>
    nodes.map((node) => `${name}_ib-${node.outboundLayer.inboundNodes.indexOf(node)}`),
  );
  expect(new Set(names)).toEqual(model.containerNodes);
});

test.each([false, true])('a Sequential that has run (%p) knows its nodes', (hasRun) => {
  const first = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  const last = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  const model = tf.sequential({ layers: [first, last] });
  if (hasRun) model.predict(tf.ones([1, 2]));
  // tfjs goes through the layers of a model that is the first layer: its own node stands for that.
  expect(nodesIn(model).get(first)).toEqual([first.inboundNodes[0]]);
  expect(nodesIn(model).get(last)).toEqual([last.inboundNodes[1]]);
  expect(nodesIn(first).get(first.layers[0]!)).toHaveLength(1);
});
