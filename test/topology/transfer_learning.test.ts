import * as tf from '@tensorflow/tfjs';
import { bitLinear, convert, deploy, layerNormalization, planConversion, summary } from '../../src';
import { distill, recommend } from '../../src/training';
import { layerSites } from '../../src/topology/layer_sites';
import { expectIdentical, randomTensor } from '../support/values';

/*
 * Transfer learning as tfjs's own examples do it: a new model takes over the layers of a trained one, all but
 * the last. From then on these layers have a use in each of the two models.
 */

const dense = (units: number, name: string) => tf.layers.dense({ units, name, inputShape: [8] });

/** 8 -> 16 -> 12 -> 3, and 8 -> 16 -> 12 -> 5 on its first two layers. */
function transfer() {
  const base = tf.sequential();
  base.add(dense(16, 'a'));
  base.add(tf.layers.dense({ units: 12, name: 'b' }));
  base.add(tf.layers.dense({ units: 3, name: 'c' }));
  const before = summary(base).totals.macs.float32;
  const tuned = tf.sequential();
  for (const layer of base.layers.slice(0, -1)) tuned.add(layer);
  tuned.add(tf.layers.dense({ units: 5, name: 'd' }));
  return { base, before, tuned };
}

test('the MACs of each model are its own', () => {
  const { base, before, tuned } = transfer();
  expect(before).toBe(8 * 16 + 16 * 12 + 12 * 3);
  expect(summary(base).totals.macs.float32).toBe(356);
  expect(summary(tuned).totals.macs.float32).toBe(380);
  expect(planConversion(base).totals.macs).toBe(356);
  expect(planConversion(tuned).totals.macs).toBe(380);
});

test('a functional model on the features of another counts the layers between once', () => {
  const { base } = transfer();
  const features = base.getLayer('b').getOutputAt(0) as tf.SymbolicTensor;
  const outputs = tf.layers.dense({ units: 5 }).apply(features) as tf.SymbolicTensor;
  expect(summary(tf.model({ inputs: base.inputs, outputs })).totals.macs.float32).toBe(380);
});

test('a model in another model runs as often as that model uses it', () => {
  const { base } = transfer();
  const [x, y] = [tf.input({ shape: [8] }), tf.input({ shape: [8] })];
  base.apply(y); // in no model
  const model = tf.model({ inputs: x, outputs: base.apply(x) as tf.SymbolicTensor });
  expect([...layerSites(model)].map(({ runs }) => runs)).toEqual([1, 1, 1, 1]);
  expect(summary(model).totals.macs.float32).toBe(356);
});

test('both models convert and deploy', () => {
  const { base, tuned } = transfer();
  const x = randomTensor([4, 8]);
  for (const model of [base, tuned]) {
    const ternary = convert(model);
    expectIdentical(deploy(ternary).predict(x) as tf.Tensor, ternary.predict(x) as tf.Tensor);
  }
});

test('distill matches the output that a layer has in the model that is given', () => {
  const { base, tuned } = transfer();
  const student = tf.sequential();
  student.add(bitLinear({ units: 12, inputShape: [8], name: 'small' }));
  student.add(tf.layers.dense({ units: 5 }));
  for (const [teacher, alpha] of [[base, 1], [tuned, 0.5]] as const) {
    const features = [{ student: 'small', teacher: 'b' }];
    const model = distill(student, teacher, { features, alpha });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    expect(() => model.trainOnBatch(randomTensor([4, 8]), randomTensor([4, 5]))).not.toThrow();
    model.dispose();
  }
}); // prettier-ignore

test('distill still refuses a layer that one of its models uses twice', () => {
  const shared = tf.layers.dense({ units: 8, name: 'shared' });
  const x = tf.input({ shape: [8] });
  const twice = shared.apply(shared.apply(x)) as tf.SymbolicTensor;
  const teacher = tf.model({ inputs: x, outputs: twice });
  const student = tf.sequential({ layers: [dense(8, 'own')] });
  expect(() => distill(student, teacher, { features: [{ student: 'own', teacher: 'shared' }] })).toThrow(
    'distill: features[0].teacher must be a layer with one output, used once, got "shared".',
  );
}); // prettier-ignore

test('recommend looks at the layers before a layer in this model, not in another', () => {
  const first = layerNormalization({ inputShape: [8], name: 'norm' });
  const ternary = bitLinear({ units: 4, name: 'ternary' });
  const normalized = tf.sequential({ layers: [first, ternary, tf.layers.dense({ units: 2 })] });
  expect(recommend(normalized)).toEqual([]);
  const drifting = tf.sequential({ layers: [dense(8, 'drift')] });
  drifting.add(ternary);
  drifting.add(tf.layers.dense({ units: 2 }));
  expect(recommend(normalized)).toEqual([]);
  expect(recommend(drifting).map(({ path, problem }) => [path, problem])).toEqual([
    ['ternary', expect.stringContaining('No normalization between "drift" and this layer')],
  ]);
});
