import * as tf from '@tensorflow/tfjs';
import {
  batchNormalization,
  bitLinear,
  convert,
  deploy,
  layerNormalization,
  rmsNormalization,
} from '../../src';
import { recommend } from '../../src/training';

const NORM = 'No normalization between "first" and this layer';

/** What is wrong with the layers between a first ternary layer and a second, with a float head. */
function between(...layers: tf.layers.Layer[]) {
  const model = tf.sequential();
  model.add(bitLinear({ units: 4, inputShape: [4], name: 'first' }));
  for (const layer of layers) model.add(layer);
  model.add(bitLinear({ units: 4, name: 'second' }));
  model.add(tf.layers.dense({ units: 2 }));
  return recommend(model);
}

function head(layer: tf.layers.Layer): tf.Sequential {
  return tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4] }), layer] });
}

describe('normalization', () => {
  test.each<[string, () => tf.layers.Layer[]]>([
    ['rms', () => [rmsNormalization()]],
    ['layer', () => [layerNormalization()]],
    ['layer, then ReLU', () => [layerNormalization(), tf.layers.reLU()]],
    ['batch, dropout, reshape', () => [
      batchNormalization(),
      tf.layers.dropout({ rate: 0.1 }),
      tf.layers.reshape({ targetShape: [1, 4] }),
    ]],
    ['ReLU, then layer', () => [tf.layers.reLU(), layerNormalization()]],
    ['layer of other axes', () => [
      tf.layers.reshape({ targetShape: [2, 2] }),
      tf.layers.layerNormalization({ axis: [1, 2] }),
    ]],
    ['in a wrapper', () => [
      tf.layers.reshape({ targetShape: [2, 2] }),
      tf.layers.timeDistributed({ layer: rmsNormalization() }),
      tf.layers.flatten(),
    ]],
    ['at the end of a nested model', () => [
      tf.sequential({
        layers: [tf.layers.dense({ units: 4, inputShape: [4] }), rmsNormalization(), tf.layers.reLU()],
      }),
    ]],
  ])('between is well: %s', (_, layers) => {
    expect(between(...layers())).toEqual([]);
  }); // prettier-ignore

  test.each<[string, () => tf.layers.Layer[]]>([
    ['nothing', () => []],
    ['an activation', () => [tf.layers.reLU()]],
    [
      'dropout and reshape',
      () => [tf.layers.dropout({ rate: 0.1 }), tf.layers.reshape({ targetShape: [2, 2] })],
    ],
    [
      'an activation in a wrapper, and a nested model of one',
      () => [
        tf.layers.reshape({ targetShape: [2, 2] }),
        tf.layers.timeDistributed({ layer: tf.layers.reLU() }),
        tf.sequential({ layers: [tf.layers.reLU({ inputShape: [2, 2] })] }),
      ],
    ],
  ])('is missed with %s', (_, layers) => {
    const [advice, ...others] = between(...layers());
    expect(others).toEqual([]);
    expect(advice.path).toBe('second');
    expect(advice.problem).toContain(NORM);
    expect(advice.remedy).toContain('rmsNormalization()');
  });

  test('is missed on one path of several, and after an embedding or a convolution', () => {
    const input = tf.input({ shape: [4] });
    const first = bitLinear({ units: 4, name: 'first' }).apply(input) as tf.SymbolicTensor;
    const normed = rmsNormalization().apply(first) as tf.SymbolicTensor;
    const sum = tf.layers.add().apply([normed, first]) as tf.SymbolicTensor;
    const second = bitLinear({ units: 4, name: 'second' }).apply(sum) as tf.SymbolicTensor;
    const outputs = tf.layers.dense({ units: 1 }).apply(second) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs });
    expect(recommend(model)).toMatchObject([{ path: 'second', problem: expect.stringContaining(NORM) }]);
    const text = tf.sequential();
    text.add(tf.layers.embedding({ inputDim: 9, outputDim: 4, inputShape: [3], name: 'words' }));
    text.add(tf.layers.timeDistributed({ layer: bitLinear({ units: 4, name: 'inner' }), name: 'outer' }));
    text.add(tf.layers.dense({ units: 1 }));
    expect(recommend(text)).toMatchObject([
      { path: 'outer/inner', problem: expect.stringContaining('"words"') },
    ]);
  }); // prettier-ignore
});

test('a shared activation leads to what it was applied to before each layer', () => {
  const input = tf.input({ shape: [4] });
  const relu = tf.layers.reLU();
  const then = (x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]) =>
    layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
  const first = then(input, bitLinear({ units: 4, name: 'first' }));
  const normed = then(first, rmsNormalization(), relu, bitLinear({ units: 4, name: 'normed' }));
  const bare = then(first, relu, bitLinear({ units: 4, name: 'bare' }));
  const outputs = [normed, bare].map((y) => then(y, tf.layers.dense({ units: 1 })));
  const advice = recommend(tf.model({ inputs: input, outputs }));
  expect(advice.map(({ path }) => path)).toEqual(['bare']);
});

describe('the learning rate', () => {
  const model = () =>
    tf.sequential({
      layers: [bitLinear({ units: 4, inputShape: [4] }), tf.layers.dense({ units: 1 })],
    });

  test.each<[string, () => tf.Optimizer, number]>([
    ['adam', () => tf.train.adam(9e-5), 1],
    ['adam', () => tf.train.adam(1e-4), 0],
    ['rmsprop', () => tf.train.rmsprop(1e-5), 1],
    ['sgd', () => tf.train.sgd(9e-4), 1],
    ['momentum', () => tf.train.momentum(9e-4, 0.9), 1],
    ['sgd', () => tf.train.sgd(1e-2), 0],
    ['adadelta, whose rate means something else', () => tf.train.adadelta(1e-6), 0],
  ])('of %s', (_, optimizer, count) => {
    const advice = recommend(model(), optimizer());
    expect(advice).toHaveLength(count);
    if (count === 0) return;
    expect(advice[0].path).toBeNull();
    expect(advice[0].problem).toContain('is too small to move weights');
  });

  test('is that of the compiled model where no optimizer is given', () => {
    const compiled = model();
    expect(recommend(compiled)).toEqual([]);
    compiled.compile({ optimizer: tf.train.adam(1e-6), loss: 'meanSquaredError' });
    expect(recommend(compiled)[0].problem).toContain('0.000001 of Adam');
    expect(recommend(compiled, tf.train.adam(1e-3))).toEqual([]);
  });
});

test('weight decay on a latent kernel', () => {
  const kernelRegularizer = tf.regularizers.l2({ l2: 1e-4 });
  const layer = bitLinear({ units: 4, inputShape: [4], name: 'decayed', kernelRegularizer });
  const head = tf.layers.dense({ units: 1, kernelRegularizer });
  const advice = recommend(tf.sequential({ layers: [layer, head] }));
  expect(advice).toMatchObject([{ path: 'decayed', remedy: 'Leave kernelRegularizer out.' }]);
});

test('a ternary output layer, with or without a softmax of its own', () => {
  const problem = expect.stringContaining('The output layer is ternary') as string;
  expect(recommend(head(bitLinear({ units: 2, name: 'a' })))).toMatchObject([{ path: 'a', problem }]);
  const softmax = head(bitLinear({ units: 2, name: 'b' }));
  softmax.add(tf.layers.softmax());
  expect(recommend(softmax)).toMatchObject([{ path: 'b', problem }]);
  const inner = tf.sequential({ layers: [bitLinear({ units: 2, inputShape: [4], name: 'c' })], name: 'n' });
  expect(recommend(head(inner))).toMatchObject([{ path: 'n/c', problem }]);
}); // prettier-ignore

test('the normalizations of TensorFlow.js, in every model and place', () => {
  const { batchNormalization: batchNorm, layerNormalization, timeDistributed } = tf.layers;
  const model = tf.sequential();
  model.add(timeDistributed({ layer: layerNormalization({ name: 'a' }), name: 't', inputShape: [3, 4] }));
  model.add(layerNormalization({ name: 'b' }));
  model.add(layerNormalization({ name: 'c', axis: 1 }));
  model.add(batchNorm({ name: 'd' }));
  model.add(tf.layers.dense({ units: 2 }));
  const remedy = expect.stringContaining('convert(model) puts it there') as string;
  expect(recommend(model)).toMatchObject([{ path: 't/a', remedy }, { path: 'b', remedy }, { path: 'd', remedy }]);
  expect(recommend(convert(model))).toEqual([]);
}); // prettier-ignore

test('a backend without packed products, for deployed layers', () => {
  const engine = tf.engine();
  const { backendName } = engine;
  const trainable = tf.sequential();
  trainable.add(bitLinear({ units: 4, inputShape: [4] }));
  trainable.add(tf.layers.dense({ units: 2 }));
  const models = [deploy(head(bitLinear({ units: 2 }))), trainable];
  engine.backendName = 'webgl';
  try {
    const [deployed, learning] = models.map((model) => recommend(model));
    const remedy = expect.stringContaining("await tf.setBackend('wasm')") as string;
    expect(deployed).toMatchObject([{ path: null, remedy }]);
    expect(learning).toEqual([]);
  } finally {
    engine.backendName = backendName;
  }
});

test('nothing on models without a layer to train, and refusals', () => {
  const tiny = tf.train.adam(1e-9);
  expect(recommend(deploy(head(bitLinear({ units: 2 }))), tiny)).toEqual([]);
  expect(recommend(head(tf.layers.dense({ units: 2 })), tiny)).toEqual([]);
  expect(() => recommend({} as tf.LayersModel)).toThrow(
    'recommend: model must be a tf.LayersModel',
  );
  expect(() => recommend(head(bitLinear({ units: 1 })), 'adam' as never)).toThrow(
    'recommend: optimizer must be a tf.train optimizer, got "adam".',
  );
});
