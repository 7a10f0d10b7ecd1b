import * as tf from '@tensorflow/tfjs';
import { outputLayers } from '../../src/convert/output_layers';
import { planConversion } from '../../src';

const { dense, inputLayer, reLU, softmax, timeDistributed } = tf.layers;

function chain(x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]): tf.SymbolicTensor {
  return layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
}

function inner(...layers: tf.layers.Layer[]): tf.Sequential {
  return tf.sequential({ layers: [inputLayer({ inputShape: [4] }), ...layers] });
}

const units = (name: string) => dense({ units: 4, name });

/** The output layers of a model with a layer before these. */
function outputsWith(...layers: tf.layers.Layer[]): string[] {
  const x = tf.input({ shape: [4] });
  const model = tf.model({ inputs: x, outputs: chain(x, units('before'), ...layers) });
  return [...outputLayers(model)].map(({ name }) => name);
}

test.each<[string, () => tf.layers.Layer[], string]>([
  ['the last one', () => [units('last')], 'last'],
  ['before activations', () => [units('last'), reLU(), softmax()], 'last'],
  ['in a nested model, before an activation in it', () => [inner(units('last'), reLU())], 'last'],
  ['before a nested model that only activates', () => [inner(reLU()), softmax()], 'before'],
  ['a normalization', () => [tf.layers.layerNormalization({ name: 'norm' })], 'norm'],
])('%s gives the output', (_, layers, expected) => {
  expect(outputsWith(...layers())).toEqual([expected]);
});

test('in wrappers, activations not counted there either', () => {
  const steps = (layer: tf.layers.Layer) => timeDistributed({ layer });
  const outputs = (...layers: tf.layers.Layer[]) => {
    const x = tf.input({ shape: [3, 4] });
    const model = tf.model({ inputs: x, outputs: chain(x, steps(units('before')), ...layers) });
    return [...outputLayers(model)].map(({ name }) => name);
  };
  expect(outputs(steps(units('last')), reLU())).toEqual(['last']);
  expect(outputs(steps(inner(units('last'), reLU())))).toEqual(['last']);
  expect(outputs(steps(reLU()))).toEqual(['before']);
});

test('of a nested model with several outputs, those that are used', () => {
  const x = tf.input({ shape: [4] });
  const both = tf.model({ inputs: x, outputs: ['a', 'b'].map((name) => chain(x, units(name))) });
  const y = tf.input({ shape: [4] });
  const [, second] = both.apply(y) as tf.SymbolicTensor[];
  const model = tf.model({ inputs: y, outputs: second! });
  expect([...outputLayers(model)].map(({ name }) => name)).toEqual(['b']);
});

test('an activation that is shared leads to what it was applied to there', () => {
  const [x, relu] = [tf.input({ shape: [4] }), reLU()];
  const hidden = chain(x, units('hidden'), relu);
  const model = tf.model({ inputs: x, outputs: chain(hidden, units('last'), relu) });
  const { layers } = planConversion(model);
  expect(layers.map(({ path, converted }) => [path, converted])).toEqual([
    ['hidden', true],
    ['last', false],
  ]);
});
