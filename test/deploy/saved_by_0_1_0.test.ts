import * as tf from '@tensorflow/tfjs';
import { convert, deploy } from '../../src';
import { loadCheckpoint } from '../../src/training';
import {
  expectAsRecorded,
  expectSameBits,
  fixture,
  recordedFile,
  recordedResults,
  recordedTensor,
  type Recorded,
} from '../support/saved_by_0_1_0';
import { inMemory } from '../support/saving';
import { expectClose } from '../support/values';

/*
 * Files written before the first names were changed (test/fixtures/saved_by_0_1_0/README.md) load. Deployed ones
 * compute the bits that they computed then, and scales that are computed anew differ in the last digit at most.
 */

const input = (name: keyof typeof recordedFile.inputs) => recordedTensor(recordedFile.inputs[name]);
const outputs = (model: tf.LayersModel, x: tf.Tensor | tf.Tensor[]) =>
  [model.predict(x)].flat() as tf.Tensor[];
const ofTrained = (model: tf.LayersModel) => outputs(model, [input('a'), input('b')]);
const load = (name: string) => tf.loadLayersModel(fixture(name));

test('a float model', async () => {
  expectAsRecorded(outputs(await load('float'), input('a')), recordedResults().float);
});

test.each(['bitnet', 'twn', 'lsq', 'paretoq'])(
  'a float model that convert makes ternary by %s, and its deployed model',
  async (kernelQuantizer) => {
    // A LayerNorm in the place of the LayerNormalization would round otherwise.
    const options = { kernelQuantizer, convertOutputs: true, keepNormalizations: true };
    const converted = convert(await load('float'), options);
    for (const model of [converted, deploy(converted)]) {
      const expected = recordedResults().converted[kernelQuantizer];
      const check = kernelQuantizer === 'paretoq' ? expectAsRecorded : expectAlmostAsRecorded;
      check(outputs(model, input('a')), expected);
    }
  },
);

/**
 * Scales are computed in training and by `deploy`. Those that are means have one order of sums on all backends since
 * then: the last digit may differ. The scale of paretoq has no sum.
 */
function expectAlmostAsRecorded(actual: tf.Tensor[], expected: Recorded[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((tensor, i) => expectClose(tensor, recordedTensor(expected[i]), 1e-6));
}

/**
 * "exact" and "sequence" as they were recorded. "scores" stand behind an RMSNormalization, which has one order of
 * sums on all backends since then: on wasm it had another, and the last digit may differ.
 */
function expectOutputsAsRecorded(actual: tf.Tensor[], expected: Recorded[]): void {
  expectAsRecorded(actual.slice(0, 2), expected.slice(0, 2));
  if (tf.getBackend() === 'wasm') expectClose(actual[2], recordedTensor(expected[2]), 1e-6);
  else expectAsRecorded(actual.slice(2), expected.slice(2));
}

test('a trained model', async () => {
  expectAlmostAsRecorded(ofTrained(await load('trained')), recordedResults().trained);
});

test('a model trained at half of the quantization', async () => {
  expectAlmostAsRecorded(outputs(await load('blended'), input('c')), recordedResults().blended);
});

test('a deployed model, whose sums of integers are the same bits on every backend', async () => {
  const actual = ofTrained(await load('deployed'));
  expectOutputsAsRecorded(actual, recordedResults().deployed);
  for (const output of [0, 1]) {
    expectSameBits(actual[output], recordedTensor(recordedFile.cpu.deployed[output]));
  }
});

test('the trained model deploys to the weights and the outputs of the deployed one', async () => {
  const trained = await load('trained');
  const [actual, expected] = [deploy(trained), await load('deployed')];
  const described = ({ weights }: tf.LayersModel) =>
    weights.map(({ originalName, shape, dtype }) => ({ originalName, shape, dtype }));
  expect(described(actual)).toEqual(described(expected));
  const floats: tf.Tensor[] = [];
  const values = expected.getWeights();
  for (const [i, weight] of actual.getWeights().entries()) {
    if (weight.dtype === 'float32') floats.push(weight);
    else expectSameBits(weight, values[i]);
  }
  expectAlmostAsRecorded(floats, recordedResults().floatsOfDeployed);
  const [exact, sequence, scores] = ofTrained(actual);
  const { trained: before } = recordedResults();
  expectAlmostAsRecorded([exact, sequence], before.slice(0, 2));
  expectClose(scores, recordedTensor(before[2])); // behind inputQuantizer 'none', sums of floats
});

test('a checkpoint: training goes on to the same losses and weights', async () => {
  const model = await load('checkpoint_model');
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const { epoch } = await loadCheckpoint(model, fixture('checkpoint'));
  const { resumed } = recordedResults();
  expect(epoch).toBe(resumed.epoch);
  for (const expected of resumed.losses) {
    const loss = (await model.trainOnBatch(input('c'), input('head'))) as number;
    expect(loss).toBeCloseTo(expected, 5);
  }
  expectAlmostAsRecorded(model.getWeights(), resumed.weights);
});

test.each(['float', 'trained', 'deployed', 'blended'])(
  'the model %s computes the same once saved anew',
  async (name) => {
    const model = await load(name);
    const again = await inMemory(model);
    const x = { float: [input('a')], blended: [input('c')] }[name] ?? [input('a'), input('b')];
    const expected = outputs(model, x);
    outputs(again, x).forEach((output, i) => expectSameBits(output, expected[i]));
  },
);
