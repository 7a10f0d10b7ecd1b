import * as tf from '@tensorflow/tfjs';
import { LayerVariable } from '@tensorflow/tfjs-layers';
import { afterLoadingWeights } from '../../src/tfjs/loading_weights';
import { artifactsOf } from '../support/saving';

const log: Array<[tf.LayersModel, string[]]> = [];

beforeAll(() =>
  afterLoadingWeights((model, loaded) => {
    log.push([model, [...loaded].map(({ originalName }) => originalName)]);
  }),
);
beforeEach(() => (log.length = 0));

const dense = () => tf.layers.dense({ units: 1, inputShape: [3], name: 'dense' });

function models(): tf.LayersModel[] {
  const input = tf.input({ shape: [3] });
  const outputs = dense().apply(input) as tf.SymbolicTensor;
  return [tf.sequential({ layers: [dense()] }), tf.model({ inputs: input, outputs })];
}

test('the function learns which weights were loaded, of the model that its user has', () => {
  for (const model of models()) {
    const bias = tf.tensor1d([7]);
    for (let i = 0; i < 2; i++) model.loadWeights({ 'dense/bias': bias }, false);
    expect(log.splice(0)).toEqual([[model, ['dense/bias']], [model, ['dense/bias']]]); // prettier-ignore
    expect(model.getWeights()[1]!.dataSync()[0]).toBe(7);
  }
});

test('loading a file is one way to load weights; setWeights is none', async () => {
  for (const model of models()) {
    model.layers.at(-1)!.setWeights([tf.zeros([3, 1]), tf.tensor1d([5])]);
    model.setWeights([tf.ones([3, 1]), tf.tensor1d([5])]);
    expect(log).toEqual([]);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(await artifactsOf(model)));
    expect(log.splice(0)).toEqual([[loaded, ['dense/kernel', 'dense/bias']]]);
  }
});

test('weights that cannot be loaded: the error stays, the function is not called, tfjs is as before', () => {
  const { write } = LayerVariable.prototype;
  const [model] = models();
  expect(() => model!.loadWeights({ other: tf.zeros([1]) })).toThrow('no target variable: other');
  expect(() => model!.loadWeights({ 'dense/bias': tf.zeros([2]) }, false)).toThrow(/[Ss]hape/);
  expect(log).toEqual([]);
  expect(LayerVariable.prototype.write).toBe(write);
});
