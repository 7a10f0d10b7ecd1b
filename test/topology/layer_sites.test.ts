import * as tf from '@tensorflow/tfjs';
import { layerSites, modelSites } from '../../src/topology/layer_sites';

const { dense, timeDistributed } = tf.layers;

function chain(x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]): tf.SymbolicTensor {
  return layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
}

function added(...inputs: tf.SymbolicTensor[]): tf.SymbolicTensor {
  return tf.layers.add().apply(inputs) as tf.SymbolicTensor;
}

function inner(name: string, ...names: string[]): tf.Sequential {
  const layers = names.map((name) => dense({ units: 4, name }));
  return tf.sequential({ name, layers: [tf.layers.inputLayer({ inputShape: [4] }), ...layers] });
}

/** Of the layers with weights: input layers have names that tfjs counts on. */
function sitesOf(model: tf.LayersModel): Array<[path: string, applied: string, runs: number]> {
  const sites = [...layerSites(model)].filter(({ layer }) => layer.weights.length > 0);
  return sites.map(({ path, applied, runs }) => [path, applied.name, runs]);
}

const modelPaths = (model: tf.LayersModel) => [...modelSites(model)].map(({ path }) => path);

describe('sites of layers', () => {
  test('of a plain model are its layers, in their order', () => {
    const model = inner('m', 'a', 'b');
    expect([...layerSites(model)].map(({ layer }) => layer)).toEqual(model.layers);
    expect(sitesOf(model)).toEqual([
      ['a', 'a', 1],
      ['b', 'b', 1],
    ]);
    expect(modelPaths(model)).toEqual(['']);
  });

  test('of a shared layer is one, whose uses are nodes of the layer', () => {
    const x = tf.input({ shape: [4] });
    const shared = dense({ units: 4, name: 'shared' });
    const model = tf.model({ inputs: x, outputs: added(chain(x, shared, shared), x) });
    expect(sitesOf(model)).toEqual([['shared', 'shared', 1]]);
  });

  test('in a Sequential in a Sequential, also as the first layer, which has no node there', () => {
    const model = tf.sequential({
      layers: [inner('first', 'a'), dense({ units: 4, name: 'b' }), inner('last', 'c', 'd')],
    });
    expect(sitesOf(model)).toEqual([
      ['first/a', 'a', 1],
      ['b', 'b', 1],
      ['last/c', 'c', 1],
      ['last/d', 'd', 1],
    ]);
    expect(modelPaths(model)).toEqual(['', 'first', 'last']);
  });

  test('in a nested model that is shared run once for each use', () => {
    const shared = inner('shared', 'a');
    const x = tf.input({ shape: [4] });
    const model = tf.model({ inputs: x, outputs: added(chain(x, shared), chain(x, shared)) });
    expect(sitesOf(model)).toEqual([['shared/a', 'a', 2]]);
    expect(modelPaths(model)).toEqual(['', 'shared']);
    const y = tf.input({ shape: [4] });
    const outer = tf.model({ inputs: y, outputs: added(chain(y, model), chain(y, model, model)) });
    expect(sitesOf(outer)).toEqual([[`${model.name}/shared/a`, 'a', 6]]);
    // The uses in the outer model are none of the inner one's.
    expect(sitesOf(model)).toEqual([['shared/a', 'a', 2]]);
  });

  test('in wrappers have the wrapper as the layer applied, and its name in the path', () => {
    const wrapper = timeDistributed({ layer: dense({ units: 2, name: 'a' }), name: 'w' });
    const outer = timeDistributed({ layer: wrapper, name: 'ww' });
    const x = tf.input({ shape: [2, 3, 4] });
    const model = tf.model({ inputs: x, outputs: chain(x, outer) });
    expect(sitesOf(model)).toEqual([['ww/w/a', 'ww', 1]]);
  });

  test('in a wrapped model in a nested model in a wrapper run once for each step', () => {
    const steps = timeDistributed({ layer: inner('core', 'a'), name: 'steps' });
    const x = tf.input({ shape: [3, 4] });
    const middle = tf.model({ inputs: x, outputs: chain(x, steps), name: 'middle' });
    const y = tf.input({ shape: [5, 3, 4] });
    const wrapper = timeDistributed({ layer: middle, name: 'w' });
    const model = tf.model({ inputs: y, outputs: chain(y, wrapper) });
    expect(sitesOf(model)).toEqual([['w/middle/steps/core/a', 'a', 15]]);
    expect(modelPaths(model)).toEqual(['', 'w/middle', 'w/middle/steps/core']);
  });

  test('count an unknown number of steps as one', () => {
    const wrapper = timeDistributed({ layer: inner('core', 'a'), name: 'w' });
    const x = tf.input({ shape: [null, 4] });
    expect(sitesOf(tf.model({ inputs: x, outputs: chain(x, wrapper) }))).toEqual([
      ['w/core/a', 'a', 1],
    ]);
  });
});
