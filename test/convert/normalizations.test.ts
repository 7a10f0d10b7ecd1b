import * as tf from '@tensorflow/tfjs';
import {
  BatchNorm,
  batchNormalization,
  convert,
  deploy,
  LayerNorm,
  layerNormalization,
  planConversion,
  verify,
  type ConvertOptions,
} from '../../src';
import { LayerNormalization } from '../../src/tfjs/layer_normalization';
import { predictions, weightValues } from '../support/models';
import { expectClose, expectIdentical, randomTensor } from '../support/values';

const { dense, timeDistributed } = tf.layers;
const norm = tf.layers.layerNormalization;
const batchNorm = tf.layers.batchNormalization;

class OwnNormalization extends LayerNormalization {
  static override readonly className: string = 'OwnNormalization';
}
tf.serialization.registerClass(OwnNormalization);

/** A layer of one's own that holds a normalization, which has no weights to report. */
class Holder extends tf.layers.Layer {
  static readonly className = 'Holder';
  private readonly inner = norm({ name: 'held', center: false, scale: false });
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return this.inner.apply([inputs].flat()[0]) as tf.Tensor;
  }
}
tf.serialization.registerClass(Holder);

/** Normalizations over the last axis and over others, of a class of one's own, and in a wrapper and a custom layer. */
function model(): tf.Sequential {
  return tf.sequential({
    layers: [
      dense({ units: 8, inputShape: [5, 6], name: 'first' }),
      norm({ name: 'last' }),
      norm({ name: 'steps', axis: 1 }),
      norm({ name: 'both', axis: [1, 2] }),
      timeDistributed({ layer: norm({ name: 'inner', axis: 1 }), name: 'wrapper' }),
      new OwnNormalization({ name: 'own' }),
      layerNormalization({ name: 'ours' }),
      new Holder({ name: 'holder' }),
      norm({ name: 'positive', axis: 2, epsilon: 1e-6 }),
      batchNorm({ name: 'batch' }),
      batchNorm({ name: 'batch_steps', axis: 1 }),
      batchNormalization({ name: 'our_batch' }),
      dense({ units: 2, name: 'head' }),
    ],
  });
}

const x = () => randomTensor([3, 5, 6]);

function withRandomWeights<Model extends tf.LayersModel>(model: Model): Model {
  for (const [i, weight] of model.weights.entries()) {
    const values = randomTensor(weight.shape as number[], 3 + i);
    // A variance is not negative.
    weight.write(weight.originalName.endsWith('variance') ? tf.square(values) : values);
  }
  return model;
}

function reasons(options?: ConvertOptions): Record<string, string | null> {
  const { normalizations } = planConversion(model(), options);
  return Object.fromEntries(normalizations.map(({ path, reason }) => [path, reason]));
}

/** The classes of the layers that are replaced. */
const REPLACED: Record<string, string> = {
  last: 'LayerNorm',
  positive: 'LayerNorm',
  batch: 'BatchNorm',
};
const needsLast = 'LayerNorm needs the last alone, of known size';
const KEPT = {
  steps: `it normalizes axes [1] of [null,5,8]: ${needsLast}`,
  both: `it normalizes axes [1,2] of [null,5,8]: ${needsLast}`,
  own: 'its class OwnNormalization extends LayerNormalization',
  ours: 'a LayerNorm already',
  'holder/held': 'inside "holder" of class Holder',
  batch_steps: `it normalizes axes [1] of [null,5,8]: BatchNorm needs the last alone, of known size`,
  our_batch: 'a BatchNorm already',
};

describe('the plan', () => {
  test('says what becomes of each normalization, and why it stays', () => {
    expect(reasons()).toEqual({
      last: null,
      'wrapper/inner': null,
      positive: null,
      batch: null,
      ...KEPT,
    });
    expect(planConversion(model()).normalizations[0]).toEqual({
      path: 'last',
      name: 'last',
      className: 'LayerNormalization',
      replacement: 'LayerNorm',
      converted: true,
      reason: null,
    });
  });

  test.each<[string, ConvertOptions, string[], string]>([
    ['skip', { skip: ['last', 'wrapper'] }, ['last', 'wrapper/inner'], 'skipped'],
    ['a function', { skip: (_, path) => path === 'positive' }, ['positive'], 'skipped'],
    [
      'keepNormalizations',
      { keepNormalizations: true },
      ['last', 'wrapper/inner', 'positive', 'batch'],
      'keepNormalizations is true',
    ],
  ])('keeps those of %s', (_, options, paths, reason) => {
    const kept = Object.fromEntries(paths.map((path) => [path, reason]));
    expect(reasons(options)).toEqual({ ...reasons(), ...kept });
  });

  test('has a row for each in its table, and counts Dense layers alone', () => {
    const plan = planConversion(model(), { skip: 'positive' });
    const lines = plan.toString().split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^last +LayerNorm$/));
    expect(lines).toContainEqual(expect.stringMatching(/^positive +kept: skipped$/));
    expect(lines).toContainEqual(expect.stringMatching(/^batch +BatchNorm$/));
    expect(plan.totals).toMatchObject({ converted: 1, kept: 1 });
  });
});

describe('convert', () => {
  const classes = (net: tf.LayersModel) => net.layers.map((layer) => layer.getClassName());

  test('puts LayerNorm and BatchNorm where the plan says, with the same config and weights', () => {
    const net = withRandomWeights(model());
    const converted = convert(net, { skip: 'first' });
    expect(classes(converted)).toEqual(
      net.layers.map((layer) => REPLACED[layer.name] ?? layer.getClassName()),
    );
    for (const name of ['last', 'positive', 'wrapper', 'batch']) {
      const { className: _, ...config } = net.getLayer(name).getConfig();
      const wrapped = JSON.stringify(config).replace('"LayerNormalization"', '"LayerNorm"');
      expect(JSON.stringify(converted.getLayer(name).getConfig())).toBe(wrapped);
    }
    expect(weightValues(converted)).toEqual(weightValues(net));
  });

  test('changes outputs by no more than rounding', () => {
    const net = withRandomWeights(model());
    const converted = convert(net, { skip: 'first' });
    expectClose(predictions(converted, x())[0], predictions(net, x())[0], 1e-6);
    const kept = convert(net, { skip: 'first', keepNormalizations: true });
    expectIdentical(predictions(kept, x())[0], predictions(net, x())[0]);
  });

  test('does so in a model that has no Dense layer', () => {
    const net = tf.sequential({ layers: [norm({ inputShape: [4] }), batchNorm()] });
    const [first, second] = convert(net).layers;
    expect(first).toBeInstanceOf(LayerNorm);
    expect(second).toBeInstanceOf(BatchNorm);
    expect(planConversion(net).totals).toMatchObject({ converted: 0, kept: 0 });
  });

  test('keeps one that is used at inputs of several ranks, or of unknown size', () => {
    const shared = norm({ name: 'shared', center: false, scale: false });
    const a = tf.input({ shape: [4] });
    const b = tf.input({ shape: [4, 3] });
    const outputs = [a, b].map((input) => shared.apply(input) as tf.SymbolicTensor);
    const net = tf.model({ inputs: [a, b], outputs });
    expect(planConversion(net).normalizations[0].reason).toContain('axes [1] of [null,4,3]');
    const inputs = [randomTensor([2, 4]), randomTensor([2, 4, 3])];
    const expected = predictions(net, inputs);
    predictions(convert(net), inputs).forEach((y, i) => expectIdentical(y, expected[i]));
    const open = tf.input({ shape: [2, null] });
    const last = norm({ center: false, scale: false }).apply(open) as tf.SymbolicTensor;
    const unknown = planConversion(tf.model({ inputs: open, outputs: last }));
    expect(unknown.normalizations[0].reason).toContain('axes [2] of [null,2,null]');
  });

  test('gives a model that is deployed with the same outputs', async () => {
    const trained = convert(withRandomWeights(model()));
    const deployed = deploy(trained);
    expect(deployed.getLayer('last')).toBeInstanceOf(LayerNorm);
    expect(await verify(trained, deployed, x())).toMatchObject({ identical: true });
  });
});
