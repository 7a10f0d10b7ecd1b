import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy } from '../../src';
import { distill, quantizationSchedule, setBlend } from '../../src/training';
import type { DistillOptions } from '../../src/training';
import {
  directionLoss,
  softTargetLoss,
  stopGradient,
} from '../../src/training/distillation/losses';
import { memory } from '../support/leaks';
import { weightValues } from '../support/models';
import { expectClose, expectIdentical, randomFloats, randomTensor } from '../support/values';

const FEATURES = [{ student: 'narrow', teacher: 'wide' }];
const HARD = 'meanSquaredError';

interface NetArgs {
  name: string;
  width: number;
  activation?: 'softmax' | 'linear';
  ternary?: boolean;
}

function net({ name, width, activation = 'linear', ternary = false }: NetArgs): tf.Sequential {
  const hidden = { units: width, inputShape: [6], activation: 'relu' as const, name };
  const layers = [
    ternary ? bitLinear(hidden) : tf.layers.dense(hidden),
    tf.layers.dense({ units: 3, activation, name: `${name}_head` }),
  ];
  const model = tf.sequential({ layers });
  model.setWeights(model.getWeights().map((w, i) => tf.mul(randomTensor(w.shape, width + i), 2)));
  return model;
}

const student = (args: Partial<NetArgs> = {}) => net({ name: 'narrow', width: 4, ...args });
const teacher = (args: Partial<NetArgs> = {}) => net({ name: 'wide', width: 9, ...args });

const x = () => randomTensor([8, 6], 7);
const labels = () => tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], 'int32'), 3).toFloat();

/** What one step of `fit` on all of the data reports, at a learning rate of zero. */
async function trainingLoss(own: tf.LayersModel, other: tf.LayersModel, how: DistillOptions) {
  const model = distill(own, other, how);
  model.compile({ optimizer: tf.train.sgd(0), loss: HARD });
  // In one order: the same sum in another order is rounded differently.
  const args = { batchSize: 8, epochs: 1, verbose: 0, shuffle: false } as const;
  const { history } = await model.fit(x(), labels(), args);
  return history['loss'][0] as number;
}

function softmax(logits: number[]): number[] {
  const powers = logits.map(Math.exp);
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}

describe('the losses', () => {
  test('soft targets have their hand value', () => {
    // softmax([ln 8, 0] / 3) = [2/3, 1/3]; softmax([0, 0]) = [1/2, 1/2]
    const loss = softTargetLoss(tf.tensor2d([[0, 0]]), tf.tensor2d([[Math.log(8), 0]]), 3);
    const expected = 9 * ((2 / 3) * Math.log(4 / 3) + (1 / 3) * Math.log(2 / 3));
    expect(loss.dataSync()[0]).toBeCloseTo(expected, 5);
  });

  test('soft targets are the mean over all but the classes', () => {
    const [s, t] = [randomFloats(24, 1), randomFloats(24, 2)];
    let expected = 0;
    for (let row = 0; row < 24; row += 4) {
      const [q, p] = [s, t].map((z) => softmax([...z.slice(row, row + 4)].map((v) => v / 2)));
      q.forEach((share, i) => (expected += p[i] * Math.log(p[i] / share)));
    }
    const shape: [number, number, number] = [2, 3, 4];
    const loss = softTargetLoss(tf.tensor3d(s, shape), tf.tensor3d(t, shape), 2);
    expect(loss.dataSync()[0]).toBeCloseTo((4 * expected) / 6, 5);
  });

  test('the gradient of soft targets is T (q - p), averaged over the batch', () => {
    const [s, t] = [randomTensor([2, 3], 1), randomTensor([2, 3], 2)];
    const gradient = tf.grad((s) => softTargetLoss(s, t, 4))(s);
    const [q, p] = [s, t].map((z) => tf.softmax(tf.div(z, 4)));
    expectClose(gradient, tf.mul(tf.sub(q, p), 4 / 2), 1e-6);
  });

  test('features have their hand value', () => {
    // [3, 4] / 5 against [0, 1]: .36 + .04; [0, 2] / 2 against [0, 1]: 0. Mean of four numbers.
    const loss = directionLoss(tf.tensor2d([[3, 4], [0, 2]]), tf.tensor2d([[0, 7], [0, 1]]));
    expect(loss.dataSync()[0]).toBeCloseTo(0.1, 6);
    const zeros = directionLoss(tf.zeros([1, 4]), tf.tensor2d([[2, 0, 0, 0]]));
    expect(zeros.dataSync()[0]).toBeCloseTo(0.25, 6);
    const gradient = tf.grad((s) => directionLoss(s, tf.ones([1, 4])))(tf.zeros([1, 4]));
    expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
  }); // prettier-ignore

  test('stopGradient keeps values and stops gradients', () => {
    const value = tf.tensor1d([1, 2]);
    expectIdentical(stopGradient(value), value);
    const gradient = tf.grad((v) => tf.sum<tf.Scalar>(tf.mul(v, stopGradient(v))))(value);
    expectIdentical(gradient, value);
  });
});

describe('distill', () => {
  const hardLoss = (model: tf.LayersModel) =>
    tf.losses.meanSquaredError(labels(), model.predict(x()) as tf.Tensor).dataSync()[0];

  test('trains on alpha hard + (1 - alpha) T^2 KL + weight * features', async () => {
    const [own, other] = [student({ width: 9, name: 'narrow' }), teacher()];
    const outputs = [own, other].map((model) => model.predict(x()) as tf.Tensor);
    const soft = softTargetLoss(outputs[0], outputs[1], 2).dataSync()[0];
    const hidden = [own, other].map((model) => model.layers[0].apply(x()) as tf.Tensor);
    const feature = directionLoss(hidden[0], hidden[1]).dataSync()[0];
    const loss = (args: DistillOptions) => trainingLoss(own, other, { temperature: 2, ...args });
    expect(await loss({ alpha: 0.25 })).toBeCloseTo(0.25 * hardLoss(own) + 0.75 * soft, 4);
    expect(await loss({ alpha: 0 })).toBeCloseTo(soft, 4);
    const weighted = [{ ...FEATURES[0], weight: 3 }];
    expect(await loss({ alpha: 1, features: weighted })).toBeCloseTo(hardLoss(own) + 3 * feature, 4);
    expect(await loss({ alpha: 1, features: FEATURES })).toBeCloseTo(hardLoss(own) + 100 * feature, 2);
  }); // prettier-ignore

  test.each(['linear', 'softmax'] as const)(
    'is zero between equal nets (%s)',
    async (activation) => {
      const [own, other] = [student({ width: 9, activation }), teacher({ activation })];
      own.setWeights(other.getWeights());
      expect(await trainingLoss(own, other, { alpha: 0, features: FEATURES })).toBe(0);
    },
  );

  test('nets that end with softmax give the soft targets that their logits give', async () => {
    const losses = [];
    for (const activation of ['linear', 'softmax'] as const) {
      losses.push(
        await trainingLoss(student({ activation }), teacher({ activation }), { alpha: 0 }),
      );
    }
    expect(losses[1]).toBeCloseTo(losses[0], 4);
    expect(losses[0]).toBeGreaterThan(0.1);
    const nested = tf.sequential({ layers: [teacher(), tf.layers.softmax()] });
    expect(await trainingLoss(student(), nested, { alpha: 0 })).toBeCloseTo(losses[0], 4);
    const wrapped = tf.sequential({ layers: [teacher({ activation: 'softmax' })] });
    expect(await trainingLoss(student(), wrapped, { alpha: 0 })).toBeCloseTo(losses[0], 4);
  });

  test('evaluation and validation tell the hard loss alone', async () => {
    const own = student();
    const model = distill(own, teacher(), { alpha: 0.25 });
    model.compile({ optimizer: tf.train.sgd(0), loss: HARD, metrics: ['accuracy'] });
    const { history } = await model.fit(x(), labels(), {
      epochs: 1,
      verbose: 0,
      validationData: [x(), labels()],
    });
    const [loss] = model.evaluate(x(), labels()) as tf.Scalar[];
    expect(loss.dataSync()[0]).toBeCloseTo(hardLoss(own), 5);
    expect(history['val_loss'][0]).toBeCloseTo(hardLoss(own), 5);
    expect(history['loss'][0]).not.toBeCloseTo(hardLoss(own), 1);
    expect(history).toHaveProperty('acc');
  });

  test('trains student and projection, and never the teacher', async () => {
    const [own, other] = [student({ ternary: true }), teacher()];
    const model = distill(own, other, { alpha: 0, features: FEATURES });
    const projection = model.getLayer('narrow_to_wide');
    expect(projection.getWeights().map(({ shape }) => shape)).toEqual([[4, 9]]);
    expect(model.trainableWeights).toHaveLength(own.trainableWeights.length + 1);
    model.compile({ optimizer: tf.train.adam(0.01), loss: HARD });
    const values = () => [own, other, model].map((m) => weightValues(m));
    const before = values();
    const { history } = await model.fit(x(), labels(), { epochs: 60, batchSize: 8, verbose: 0 });
    const after = values();
    for (const name of Object.keys(before[0])) expect(after[0][name]).not.toEqual(before[0][name]);
    expect(after[1]).toEqual(before[1]);
    expect(after[2]['narrow_to_wide/kernel']).not.toEqual(before[2]['narrow_to_wide/kernel']);
    const losses = history['loss'] as number[];
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]);
  }); // prettier-ignore

  test('no gradient reaches the teacher, even where all variables are asked for', () => {
    const [own, other] = [student(), teacher()];
    const model = distill(own, other, { alpha: 0, features: FEATURES });
    const { grads } = tf.variableGrads(() => {
      model.apply(x(), { training: true });
      return model.calculateLosses().reduce((a, b) => tf.add(a, b));
    });
    const largest = (m: tf.LayersModel) =>
      m.trainableWeights.map((w) => {
        const gradient = grads[(w.read() as tf.Variable).name];
        return gradient == null ? 0 : tf.max(tf.abs(gradient)).dataSync()[0];
      });
    expect(Math.max(...largest(other))).toBe(0);
    expect(Math.min(...largest(model))).toBeGreaterThan(0);
  });

  test('the teacher runs in inference mode', async () => {
    const other = tf.sequential({
      layers: [tf.layers.dropout({ rate: 0.9, inputShape: [6] }), teacher()],
    });
    const own = student();
    const plain = await trainingLoss(own, teacher(), { alpha: 0 });
    expect(await trainingLoss(own, other, { alpha: 0 })).toBe(plain);
  });

  test('takes a deployed teacher, several inputs, and callbacks', async () => {
    const branch = (units: number, ternary: boolean) => {
      const inputs = [tf.input({ shape: [6] }), tf.input({ shape: [2] })];
      const joined = tf.layers.concatenate().apply(inputs) as tf.SymbolicTensor;
      const args = { units, name: `hidden${units}` };
      const layer = ternary ? bitLinear(args) : tf.layers.dense(args);
      const outputs = tf.layers.dense({ units: 3 }).apply(layer.apply(joined)) as tf.SymbolicTensor;
      return tf.model({ inputs, outputs });
    };
    const own = branch(4, true);
    const model = distill(own, deploy(branch(9, true)), {
      features: [{ student: 'hidden4', teacher: 'hidden9' }],
    });
    model.compile({ optimizer: 'adam', loss: HARD });
    const callbacks = [quantizationSchedule({ type: 'linear' })];
    const inputs = [x(), randomTensor([8, 2])];
    setBlend(own, 0);
    await model.fit(inputs, labels(), { batchSize: 4, epochs: 2, verbose: 0, callbacks });
    expect((own.getLayer('hidden4') as BitLinear).blend).toBe(1);
    deploy(own);
  });

  test('works in fitDataset', async () => {
    const own = student();
    const before = weightValues(own);
    const model = distill(own, teacher(), { features: FEATURES });
    model.compile({ optimizer: 'adam', loss: HARD });
    const batches = tf.data.generator(function* () {
      for (let i = 0; i < 3; i++) yield { xs: x(), ys: labels() };
    });
    await model.fitDataset(batches, { epochs: 1, verbose: 0 });
    expect(weightValues(own)).not.toEqual(before);
  });

  test('keeps no tensor from step to step, and frees what is its own', async () => {
    const [own, other, data] = [student(), teacher(), [x(), labels()] as const];
    const start = memory();
    const model = distill(own, other, { features: FEATURES });
    model.compile({ optimizer: 'adam', loss: HARD });
    const fit = () => model.fit(...data, { batchSize: 2, epochs: 3, verbose: 0 });
    await fit();
    const before = memory();
    await fit();
    expect(memory()).toEqual(before);
    model.dispose();
    expect(memory()).toEqual(start);
    expectIdentical(own.predict(data[0]) as tf.Tensor, own.predict(data[0]) as tf.Tensor);
    other.predict(data[0]);
  });
});

describe('wrong arguments', () => {
  const sigmoid = () =>
    tf.sequential({
      layers: [tf.layers.dense({ units: 3, inputShape: [6], activation: 'sigmoid' })],
    });
  const narrowInput = () =>
    tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [5] })] });
  const fewClasses = () =>
    tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [6] })] });

  test.each<[string, DistillOptions]>([
    ['temperature must be a positive finite number, got 0.', { temperature: 0 }],
    ['options has no "temp". It takes temperature, alpha, features, attention, teacherInputs.', { temp: 3 } as never],
    ['features[0] has no "scale". It takes student, teacher, tokens, loss, weight, studentGrid, teacherGrid.',
      { features: [{ ...FEATURES[0], scale: 2 } as never] }],
    ['alpha must be a number from 0 to 1, got 1.5.', { alpha: 1.5 }],
    ['alpha must be below 1 where no layers are matched, got 1.', { alpha: 1 }],
    ['features[0].weight must be a positive finite number, got -1.', { features: [{ ...FEATURES[0], weight: -1 }] }],
    ['features[0].student must be one of the layers ["narrow","narrow_head"], got "wide".',
      { features: [{ student: 'wide', teacher: 'wide' }] }],
    ['features[1].teacher must be the name of a layer, got undefined.',
      { features: [FEATURES[0], { student: 'narrow' } as never] }],
    ['features must be an array of {student, teacher, tokens, loss, weight}, got {}.', { features: {} as never }],
  ])('%s', (message, args) => {
    const [own, other] = [student(), teacher()];
    const before = memory();
    expect(() => distill(own, other, args)).toThrow(`distill: ${message}`);
    expect(memory()).toEqual(before);
  }); // prettier-ignore

  test('models that do not go together', () => {
    expect(() => distill(student(), {} as tf.LayersModel)).toThrow('teacher must be a tf.LayersModel');
    expect(() => distill(student(), sigmoid())).toThrow(
      'distill: teacher must be a model that ends with logits or softmax, got "sigmoid".');
    expect(() => distill(student(), narrowInput())).toThrow(
      'inputs of student must be those of the teacher, [[null,5]], got [[null,6]].');
    expect(() => distill(fewClasses(), teacher())).toThrow(
      'outputs of student must be those of the teacher, [[null,3]], got [[null,2]].');
    expect(() => distill(tf.sequential(), teacher())).toThrow('student must be a built model with one');
    const own = student();
    expect(() => distill(own, own)).toThrow('teacher shares weights with student');
    const rank3 = tf.sequential({
      layers: [tf.layers.reshape({ targetShape: [2, 3], inputShape: [6], name: 'r' }), tf.layers.flatten()],
    });
    const features = [{ student: 'narrow', teacher: 'r' }];
    expect(() => distill(student(), rank3, { alpha: 1, features })).toThrow(
      'features[0].student must be a layer of output [null,2,null] (null: any), got [null,4].');
  }); // prettier-ignore

  test('saving or deploying it, rather than the student', async () => {
    const model = distill(student({ ternary: true }), teacher());
    const message = 'It trains the student in place: save or deploy the student.';
    await expect(
      model.save(tf.io.withSaveHandler(() => Promise.resolve({} as never))),
    ).rejects.toThrow(message);
    expect(() => deploy(model)).toThrow(message);
  });
});
