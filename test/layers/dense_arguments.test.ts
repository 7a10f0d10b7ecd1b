import * as tf from '@tensorflow/tfjs';
import { bitLinear, type BitLinearOptions } from '../../src';
import { apply, weightNames } from '../support/layers';
import { expectIdentical, randomTensor, valuesOf } from '../support/values';

/* Every argument of tf.layers.dense does in bitLinear what it does there. */

const { initializers, regularizers } = tf;
const UNITS = 3;

type Case = [string, () => Partial<BitLinearOptions>];

const ARGUMENTS: Case[] = [
  ['useBias', () => ({ useBias: false })],
  ['kernelInitializer by name', () => ({ kernelInitializer: 'ones' })],
  ['kernelInitializer', () => ({ kernelInitializer: initializers.glorotUniform({ seed: 3 }) })],
  ['biasInitializer', () => ({ biasInitializer: initializers.constant({ value: 2 }) })],
  ['kernelRegularizer by name', () => ({ kernelRegularizer: 'l1l2', kernelInitializer: 'ones' })],
  ['kernelRegularizer', () => ({ kernelRegularizer: regularizers.l2({ l2: 2 }), kernelInitializer: 'ones' })],
  ['biasRegularizer', () => ({ biasRegularizer: regularizers.l1({ l1: 2 }), biasInitializer: 'ones' })],
  ['dtype', () => ({ dtype: 'float32', inputShape: [6] })],
  ['name', () => ({ name: 'mine' })],
  ['trainable', () => ({ trainable: false })],
  ['weights', () => ({ weights: [tf.fill([6, UNITS], 0.5), tf.tensor1d([1, 2, 3])] })],
]; // prettier-ignore

const SHAPES: Case[] = [
  ['inputShape', () => ({ inputShape: [5, 6] })],
  ['inputDim', () => ({ inputDim: 6 })],
  ['batchInputShape', () => ({ batchInputShape: [4, 6] })],
  ['batchSize', () => ({ batchSize: 4, inputShape: [6] })],
];

/** Initial weights that no argument fixes are random: both get the same. */
const FIXED = { kernelInitializer: 'ones' } as const;

function denseAndBitLinear(args: Partial<BitLinearOptions>) {
  const all = { units: UNITS, ...FIXED, ...args };
  const [dense, layer] = [tf.layers.dense(all), bitLinear(all)];
  for (const l of [dense, layer]) apply(l, tf.ones([4, 6]));
  return { dense, layer };
}

test.each([...ARGUMENTS, ...SHAPES])(
  '%s gives the config, weights and penalties of Dense',
  (_, argumentsOf) => {
    const args = argumentsOf();
    const { dense, layer } = denseAndBitLinear(args);
    const { name, ...config } = dense.getConfig();
    expect(layer.getConfig()).toMatchObject(config);
    if (args.name != null) expect([layer.name, name]).toEqual([args.name, args.name]);
    expect(weightNames(layer)).toEqual(weightNames(dense));
    expect(layer.trainableWeights).toHaveLength(dense.trainableWeights.length);
    dense.getWeights().forEach((values, i) => expectIdentical(layer.getWeights()[i], values));
    const penalties = (l: tf.layers.Layer) => l.calculateLosses().map((loss) => valuesOf(loss)[0]);
    expect(penalties(layer)).toEqual(penalties(dense));
  },
);

test.each(SHAPES)('%s gives a model the shapes of Dense', (_, argumentsOf) => {
  const args = argumentsOf();
  const { dense } = denseAndBitLinear(args);
  const model = tf.sequential({ layers: [bitLinear({ units: UNITS, ...args })] });
  expect(model.inputs[0].shape).toEqual(dense.batchInputShape);
  expect(model.outputs[0].shape).toEqual(dense.computeOutputShape(dense.batchInputShape));
});

const ACTIVATIONS = [
  'elu', 'hardSigmoid', 'linear', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'softplus',
  'softsign', 'tanh', 'swish', 'mish', 'gelu',
] as const; // prettier-ignore

test.each(ACTIVATIONS)('activation %s is that of tfjs, trained and deployed', (activation) => {
  const layer = bitLinear({ units: UNITS, activation });
  const plain = bitLinear({ units: UNITS });
  const x = randomTensor([4, 6]);
  for (const l of [layer, plain]) l.build([null, 6]);
  plain.setWeights(layer.getWeights());
  const applied = tf.layers.activation({ activation }).apply(apply(plain, x)) as tf.Tensor;
  expectIdentical(apply(layer, x), applied);
  expectIdentical(apply(layer.deploy(), x), applied);
});

test('activityRegularizer is refused by tfjs, as in Dense', () => {
  const args = { units: UNITS, activityRegularizer: regularizers.l1({ l1: 1 }) };
  for (const layer of [tf.layers.dense(args), bitLinear(args)]) {
    expect(() => layer.apply(tf.ones([1, 6]))).toThrow('activity regularizer');
  }
});

test('weights start a learned scale', () => {
  const weights = [tf.fill([6, UNITS], -4), tf.zeros([UNITS])];
  const layer = bitLinear({ units: UNITS, weights, kernelQuantizer: 'lsq' });
  apply(layer, tf.ones([1, 6]));
  expectIdentical(layer.getWeights()[2], [4]);
});
