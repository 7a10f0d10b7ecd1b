import * as tf from '@tensorflow/tfjs';
import {
  batchNormalization,
  bitConv2d,
  bitLinear,
  convert,
  deploy,
  summary,
  verify,
} from '../../src';
import { weight } from '../support/layers';
import { memory } from '../support/leaks';
import { MODELS } from '../support/models';
import { inMemory } from '../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../support/values';

/** Moving means and variances, factors of both signs and one of 0, and the biases of `layer`. */
function withStatistics<Model extends tf.LayersModel>(model: Model): Model {
  for (const [i, variable] of model.weights.entries()) {
    const name = variable.originalName.split('/').pop()!;
    const values = randomTensor(variable.shape as number[], 5 + i);
    if (name === 'moving_variance') variable.write(tf.add(tf.square(values), 0.5));
    else if (['moving_mean', 'beta', 'bias'].includes(name)) variable.write(values);
    else if (name === 'gamma') variable.write(tf.mul(values, withZero(values.size)));
  }
  return model;
}

/** Ones, and a zero at the first place. */
function withZero(size: number): tf.Tensor1D {
  return tf.sub(1, tf.oneHot(tf.tensor1d([0], 'int32'), size).reshape([size]));
}

function convolutional(): tf.Sequential {
  const same = { kernelSize: 3, padding: 'same' } as const;
  return tf.sequential({
    layers: [
      bitConv2d({ filters: 6, ...same, useBias: false, inputShape: [7, 6, 5], name: 'first' }),
      batchNormalization({ name: 'first_norm' }),
      tf.layers.reLU(),
      bitConv2d({ filters: 9, ...same, kernelQuantizer: { name: 'twn', perOutput: true }, name: 'second' }),
      tf.layers.batchNormalization({ name: 'second_norm', scale: false }),
      tf.layers.globalAveragePooling2d({}),
      bitLinear({ units: 4, name: 'third' }),
      tf.layers.batchNormalization({ name: 'third_norm', center: false, epsilon: 0.1 }),
    ],
  });
} // prettier-ignore

const x = () => randomTensor([3, 7, 6, 5], 3);

test('a folded layer computes its normalization, to 1e-6, in models that are loaded too', async () => {
  const model = withStatistics(convolutional());
  const folded = deploy(model, { fold: true });
  const classes = folded.layers.map((layer) => layer.getClassName());
  expect(classes.filter((name) => name.startsWith('Batch'))).toEqual([]);
  expect(folded.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
  for (const packed of [folded, await inMemory(folded)]) {
    const { layers, maxAbsDiff } = await verify(model, packed, x());
    expect(layers.map(({ path, promise, kept }) => [path, promise, kept])).toEqual(
      ['first', 'second', 'third'].map((name) => [name, '1e-6 relative', true]),
    );
    // Another rounding of one input of a layer may change its integer.
    expect(maxAbsDiff).toBeLessThan(0.05);
  }
});

test('a channel with the factor 0 gives beta, and has no weights', () => {
  const model = withStatistics(convolutional());
  const folded = deploy(model, { fold: true });
  const [channel] = weight(folded.getLayer('first'), 'packed').arraySync() as number[][];
  expect(new Set(channel)).toEqual(new Set([0x55555555]));
  const first = tf.model({ inputs: folded.inputs, outputs: folded.layers[1]!.output as tf.SymbolicTensor });
  const beta = weight(model.getLayer('first_norm'), 'beta').arraySync() as number[];
  const values = tf.slice(first.predict(x()) as tf.Tensor, 0, [-1, -1, -1, 1]).dataSync();
  expect(new Set(values)).toEqual(new Set([Math.fround(beta[0]!)]));
}); // prettier-ignore

test('a difference is found where a folded layer has another weight', async () => {
  const model = withStatistics(convolutional());
  const folded = deploy(model, { fold: true });
  const bias = weight(folded.getLayer('second'), 'bias') as tf.Variable;
  bias.assign(tf.add(bias, 1e-3));
  const { layers } = await verify(model, folded, x());
  expect(layers.map(({ kept }) => kept)).toEqual([true, false, true]);
});

test('without the option, normalizations stay, and nothing changes', async () => {
  const model = withStatistics(convolutional());
  expect(await verify(model, deploy(model), x())).toMatchObject({ identical: true });
  expectIdentical(
    deploy(model, { fold: false }).predict(x()) as tf.Tensor,
    deploy(model).predict(x()) as tf.Tensor,
  );
});

test('a normalization stays where folding would change more than rounding', () => {
  const image = tf.input({ shape: [5, 5, 4] });
  const apply = (layer: tf.layers.Layer, ...inputs: tf.SymbolicTensor[]) =>
    layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tf.SymbolicTensor;
  const point = { kernelSize: 1, filters: 4 };
  const norm = (name: string, options = {}) => tf.layers.batchNormalization({ name, ...options });
  const twice = apply(bitConv2d(point), image);
  const relu = apply(bitConv2d({ ...point, activation: 'relu' }), image);
  const shared = bitConv2d(point);
  const sharedNorm = norm('shared_norm');
  const far = apply(norm('far'), apply(bitConv2d(point), image));
  const rows = apply(norm('rows', { axis: 1 }), apply(bitConv2d(point), image));
  const outputs = [
    apply(norm('other_takes'), twice),
    apply(tf.layers.add(), twice, image),
    apply(norm('activation'), relu),
    apply(norm('shared_layer'), apply(shared, apply(shared, image))),
    apply(sharedNorm, apply(bitConv2d(point), image)),
    apply(sharedNorm, apply(bitConv2d(point), image)),
    ...[far, rows, apply(norm('alone'), image)],
    apply(norm('float'), apply(tf.layers.conv2d(point), image)),
  ];
  const model = tf.model({ inputs: image, outputs });
  model.getLayer('far').setWeights([1, 0, 50, 1].map((value) => tf.fill([4], value)));
  const folded = deploy(model, { fold: true });
  const normalizations = (net: tf.LayersModel) =>
    net.layers.filter((layer) => layer.getClassName() === 'BatchNormalization').map(({ name }) => name);
  expect(normalizations(folded)).toEqual(normalizations(model));
}); // prettier-ignore

test.each(Object.entries(MODELS))('every promise is kept for %s', async (_, build) => {
  const { model, x } = build();
  const { layers } = await verify(model, deploy(model, { fold: true }), x);
  expect(layers.filter(({ kept }) => !kept)).toEqual([]);
});

test('folds what convert made, without leaks, into fewer bytes', () => {
  const float = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [70], useBias: false }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 2 }),
    ],
  });
  const ternary = convert(withStatistics(float));
  const [kept, folded] = [deploy(ternary), deploy(ternary, { fold: true })];
  expect(summary(folded).totals.bytes).toBeLessThan(summary(kept).totals.bytes);
  const input = randomTensor([4, 70]);
  expectClose(folded.predict(input) as tf.Tensor, kept.predict(input) as tf.Tensor, 1e-5);
  const before = memory();
  deploy(ternary, { fold: true }).dispose();
  expect(memory()).toEqual(before);
});
