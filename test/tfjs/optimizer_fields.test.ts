import * as tf from '@tensorflow/tfjs';
import {
  filledSlots,
  optimizerState,
  setIterations,
  setSlots,
} from '../../src/tfjs/optimizer_fields';
import { OPTIMIZERS } from '../support/optimizers';

/** What each of tfjs's optimizers holds once it has trained: a checkpoint saves this and no more. */
const FIELDS: Record<string, { variables?: string[]; slots?: string[] }> = {
  sgd: {},
  momentum: { slots: ['accumulations'] },
  adam: {
    variables: ['accBeta1', 'accBeta2'],
    slots: ['accumulatedFirstMoment', 'accumulatedSecondMoment'],
  },
  adamax: {
    variables: ['iteration', 'accBeta1'],
    slots: ['accumulatedFirstMoment', 'accumulatedWeightedInfNorm'],
  },
  rmsprop: { slots: ['accumulatedMeanSquares', 'accumulatedMoments', 'accumulatedMeanGrads'] },
  adagrad: { slots: ['accumulatedGrads'] },
  adadelta: { slots: ['accumulatedGrads', 'accumulatedUpdates'] },
};

function trained(make: (rate: number) => tf.Optimizer) {
  const optimizer = make(0.1);
  const weights = [tf.tensor1d([1, 2]).variable(), tf.tensor1d([3]).variable()];
  const loss = () => tf.addN(weights.map((w) => tf.sum(tf.square(w)))) as tf.Scalar;
  const step = () => optimizer.minimize(loss, false, weights);
  step();
  return { optimizer, weights, step };
}

describe.each(Object.entries(OPTIMIZERS))('%s', (name, make) => {
  const { variables = [], slots = [] } = FIELDS[name]!;

  test('holds these variables, and a slot for each weight in their order', () => {
    const { optimizer, weights } = trained(make);
    const state = optimizerState(optimizer);
    const isSlots = ([, value]: (typeof state)[number]) => Array.isArray(value);
    expect(state.filter(isSlots).map(([field]) => field)).toEqual(slots);
    expect(state.filter((field) => !isSlots(field)).map(([field]) => field)).toEqual(variables);
    for (const [, value] of state) {
      if (!Array.isArray(value)) continue;
      expect(value.map(({ variable }) => variable.shape)).toEqual([[2], [1]]);
      weights.forEach((weight, i) => expect(value[i]!.originalName).toContain(`${weight.name}/`));
    }
  });

  test('has the lists before its first step too, empty', () => {
    const state = optimizerState(make(0.1)).filter(([, value]) => Array.isArray(value));
    expect(state).toEqual(slots.map((field) => [field, []]));
  });

  test('fills all of its lists in its first step', () => {
    expect(filledSlots(make(0.1))).toEqual(slots);
  });

  test('trains on from the slots it is given, and counts from the iterations', () => {
    const { optimizer, weights, step } = trained(make);
    expect(optimizer.iterations).toBe(1);
    setIterations(optimizer, 7);
    const lists = optimizerState(optimizer).filter(([, value]) => Array.isArray(value));
    for (const [field, value] of lists) {
      const old = value as Array<{ originalName: string; variable: tf.Variable }>;
      const fresh = old.map(({ originalName, variable }) => ({
        originalName,
        variable: tf.zerosLike(variable).variable(false),
      }));
      setSlots(optimizer, field, fresh);
      expect(old.every(({ variable }) => variable.isDisposed)).toBe(true);
      expect((optimizer as unknown as Record<string, unknown>)[field]).toBe(fresh);
    }
    step();
    expect(optimizer.iterations).toBe(8);
    for (const [, value] of lists.length > 0 ? optimizerState(optimizer) : []) {
      if (Array.isArray(value)) expect(value[0]!.variable.isDisposed).toBe(false);
    }
    expect(weights[0]!.dataSync().every(Number.isFinite)).toBe(true);
  });
});

test('RMSProp that is not centered leaves one list empty', () => {
  const { optimizer } = trained((rate) => tf.train.rmsprop(rate));
  const filled = optimizerState(optimizer).filter(([, value]) => (value as unknown[]).length > 0);
  expect(filled.map(([field]) => field)).toEqual(['accumulatedMeanSquares', 'accumulatedMoments']);
  expect(filledSlots(optimizer)).toEqual(filled.map(([field]) => field));
});

test('getWeights of tfjs leaves out what a checkpoint needs', async () => {
  const adam = trained(OPTIMIZERS['adam']!).optimizer;
  const names = (await adam.getWeights()).map(({ name }) => name);
  expect(names.some((name) => /accBeta/.test(name))).toBe(false);
  const adamax = trained(OPTIMIZERS['adamax']!).optimizer;
  await expect(adamax.getWeights()).rejects.toThrow('not implemented');
});
