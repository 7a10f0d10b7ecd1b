import * as tf from '@tensorflow/tfjs';
import { distill } from '../../src/training';
import type { AttentionMatch, DistillOptions, FeatureMatch } from '../../src/training';
import { findAttention, meanLogits } from '../../src/training/distillation/attention_match';
import { findFeatures } from '../../src/training/distillation/features';
import { attentionLoss } from '../../src/training/distillation/losses';
import { resizeGrid } from '../../src/training/distillation/resize_grid';
import { goldenTensor, readGolden, type GoldenTensor } from '../support/golden_vision';
import { memory } from '../support/leaks';
import { weightValues } from '../support/models';
import { expectClose, randomTensor } from '../support/values';

interface Golden {
  tetra: {
    student: GoldenTensor;
    teacher: GoldenTensor;
    cls: number;
    'tokensTimes0.3': number;
    dstudent: GoldenTensor;
    studentLogits: GoldenTensor;
    teacherLogits: GoldenTensor;
    'attentionTimes0.05': number;
    dstudentLogits: GoldenTensor;
    otherHeads: { studentLogits: GoldenTensor; 'attentionTimes0.05': number };
  };
  tat: {
    student: GoldenTensor;
    teacher: GoldenTensor;
    resizedStudent: GoldenTensor;
    loss: number;
    dstudent: GoldenTensor;
  };
}

const { tetra, tat } = readGolden<Golden>('distillation');

/** A net whose layer "out" gives its input, of this shape. */
function identity(shape: number[], name = 'out'): tf.LayersModel {
  const inputs = tf.input({ shape });
  const outputs = tf.layers.activation({ activation: 'linear', name }).apply(inputs);
  return tf.model({ inputs, outputs: outputs as tf.SymbolicTensor });
}

/** The weighted distance that a match adds to the loss. */
function distance(match: Partial<FeatureMatch>, student: tf.Tensor, teacher: tf.Tensor) {
  const models = [student, teacher].map(({ shape }) => identity(shape.slice(1)));
  const whole = { student: 'out', teacher: 'out', ...match };
  const pair = findFeatures(models[0], models[1], whole, 0);
  return tf.mul<tf.Scalar>(pair.distance(student, teacher), pair.weight);
}

function expectRelative(actual: tf.Tensor, expected: number): void {
  expect(Math.abs(actual.dataSync()[0] / expected - 1)).toBeLessThan(1e-5);
}

describe('the values of the originals', () => {
  const last = (logits: tf.Tensor) => {
    const [batch, layers, ...rest] = logits.shape;
    return tf
      .unstack(tf.slice(logits, [0, layers - 4], [batch, 4, ...rest]), 1)
      .map((layer) => tf.mean(layer, 1));
  };
  const attention = (student: tf.Tensor) => {
    const targets = last(goldenTensor(tetra.teacherLogits));
    const losses = last(student).map((own, i) => attentionLoss(own, targets[i], 4));
    return tf.mul<tf.Scalar>(tf.addN(losses), 0.625);
  };

  test('TeTRA: class token, patch tokens, and their gradient', () => {
    const teacher = goldenTensor(tetra.teacher);
    const forClass = (s: tf.Tensor) => distance({ tokens: 'class' }, s, teacher);
    const forPatches = (s: tf.Tensor) => distance({ tokens: 'patches', weight: 30 }, s, teacher);
    const student = goldenTensor(tetra.student);
    expectRelative(forClass(student), tetra.cls);
    expectRelative(forPatches(student), tetra['tokensTimes0.3']);
    const gradient = tf.grad((s) => tf.add(forClass(s), forPatches(s)))(student);
    expectClose(gradient, goldenTensor(tetra.dstudent), 1e-4);
  });

  test('TeTRA: attention of the last four layers, with its gradient and other heads', () => {
    const logits = goldenTensor(tetra.studentLogits);
    expectRelative(attention(logits), tetra['attentionTimes0.05']);
    expectClose(tf.grad(attention)(logits), goldenTensor(tetra.dstudentLogits), 1e-6);
    const { otherHeads } = tetra;
    const others = attention(goldenTensor(otherHeads.studentLogits));
    expectRelative(others, otherHeads['attentionTimes0.05']);
  });

  test('TAT: patches resized to the grid of the teacher, with their gradient', () => {
    const [student, tokens] = [goldenTensor(tat.student), goldenTensor(tat.teacher)];
    const grid = tf.reshape(tf.slice(student, [0, 1, 0], [2, 9, 6]), [2, 3, 3, 6]);
    const resized = tf.transpose(resizeGrid(grid, [4, 4]), [0, 3, 1, 2]);
    expectClose(resized, goldenTensor(tat.resizedStudent), 1e-6);
    const map = tf.reshape(tokens, [2, 4, 4, 6]);
    const match = { tokens: 'patches', loss: 'meanSquare' } as const;
    const loss = (s: tf.Tensor) => distance(match, s, map);
    expectRelative(loss(student), tat.loss);
    expectClose(tf.grad(loss)(student), goldenTensor(tat.dstudent), 1e-6);
  });
});

describe('grids', () => {
  test('are resized as tfjs does forward, by any factor', () => {
    for (const [from, to] of [
      [
        [2, 3],
        [5, 4],
      ],
      [
        [5, 4],
        [2, 3],
      ],
      [
        [1, 3],
        [4, 1],
      ],
    ]) {
      // prettier-ignore
      const x = randomTensor([2, ...from, 3]) as tf.Tensor4D;
      const size: [number, number] = [to[0], to[1]];
      expectClose(resizeGrid(x, size), tf.image.resizeBilinear(x, size, false, true), 1e-6);
    }
    const x = randomTensor([2, 3, 4, 5]);
    expect(resizeGrid(x, [3, 4])).toBe(x);
  });

  test('are as told where they are not square', () => {
    const [map, teacher] = [randomTensor([2, 2, 4, 3], 1), randomTensor([2, 3, 2, 3], 2)];
    const tokens = tf.concat([tf.ones([2, 1, 3]), tf.reshape(map, [2, 8, 3])], 1);
    const match = { tokens: 'patches', loss: 'meanSquare' } as const;
    const expected = distance(match, map, teacher).dataSync()[0];
    expect(expected).toBeGreaterThan(0.01);
    const own = distance({ ...match, studentGrid: [2, 4] }, tokens, teacher);
    expect(own.dataSync()[0]).toBeCloseTo(expected, 6);
    const rows = tf.concat([tf.ones([2, 1, 3]), tf.reshape(teacher, [2, 6, 3])], 1);
    const both = { ...match, studentGrid: [2, 4], teacherGrid: [3, 2] } as const;
    expect(distance(both, tokens, rows).dataSync()[0]).toBeCloseTo(expected, 6);
  });
});

test('the logits of attention are the mean of those of the heads', () => {
  const [batch, tokens, heads, headDim] = [2, 5, 3, 4];
  const qkv = randomTensor([batch, tokens, 3 * heads * headDim]);
  const parts = tf.split(tf.reshape(qkv, [batch, tokens, 3, heads, headDim]), 3, 2);
  const [q, k] = parts.map((part) => tf.transpose(tf.squeeze(part, [2]), [0, 2, 1, 3]));
  const logits = tf.div(tf.matMul(q, k, false, true), Math.sqrt(headDim));
  expectClose(meanLogits(qkv, heads), tf.mean(logits, 1), 1e-6);
});

describe('distill', () => {
  interface NetArgs {
    width: number;
    heads: number;
    rows?: number;
  }
  /** Tokens of 3 numbers through one layer of the width, and one that gives q, k and v. */
  function net({ width, heads, rows = 5 }: NetArgs): tf.LayersModel {
    const inputs = tf.input({ shape: [3 * rows] });
    let x = tf.layers.reshape({ targetShape: [rows, 3] }).apply(inputs);
    x = tf.layers.dense({ units: width, name: 'tokens' }).apply(x);
    x = tf.layers.dense({ units: 3 * heads * 2, name: 'qkv' }).apply(x);
    return tf.model({ inputs, outputs: x as tf.SymbolicTensor });
  }
  const data = (rows = 5, seed = 1) => randomTensor([4, 3 * rows], seed);
  const TOKENS = { student: 'tokens', teacher: 'tokens' };
  const ATTENTION = { student: 'qkv', teacher: 'qkv', studentHeads: 2, teacherHeads: 3 };
  const MATCHES: DistillOptions = {
    alpha: 1,
    features: [
      { ...TOKENS, tokens: 'class' },
      { ...TOKENS, tokens: 'patches', weight: 30 },
    ],
    attention: [ATTENTION],
  };
  const outputs = (model: tf.LayersModel, x: tf.Tensor) => {
    const layer = (name: string) => model.getLayer(name).output as tf.SymbolicTensor;
    const both = tf.model({ inputs: model.inputs, outputs: [layer('tokens'), layer('qkv')] });
    return both.predict(x) as tf.Tensor[];
  };
  async function step(model: tf.LayersModel, x: tf.Tensor | tf.Tensor[]): Promise<number> {
    const { history } = await model.fit(x, [x].flat()[0], { batchSize: 4, verbose: 0, epochs: 1 });
    return history['loss'][0] as number;
  }

  test('adds all matches, without labels, with one projection for a pair of layers', async () => {
    const [student, teacher] = [net({ width: 4, heads: 2 }), net({ width: 6, heads: 3 })];
    const model = distill(student, teacher, MATCHES);
    const projections = model.layers.filter(({ name }) => name === 'tokens_to_tokens');
    expect(projections.map((layer) => layer.getWeights()[0].shape)).toEqual([[4, 6]]);
    model.compile({ optimizer: tf.train.sgd(0) });
    const [[own, ownQkv], [target, targetQkv]] = [student, teacher].map((m) => outputs(m, data()));
    const projected = projections[0].apply(own) as tf.Tensor;
    const maps = attentionLoss(meanLogits(ownQkv, 2), meanLogits(targetQkv, 3), 4);
    const parts = [
      distance({ tokens: 'class' }, projected, target),
      distance({ tokens: 'patches', weight: 30 }, projected, target),
      tf.mul(maps, 0.625),
    ].map((part) => part.dataSync()[0]);
    expect(Math.min(...parts)).toBeGreaterThan(1e-4);
    const total = parts.reduce((a, b) => a + b);
    expect((await step(model, data())) / total).toBeCloseTo(1, 5);
  });

  test('trains student and projection alone on images of its own', async () => {
    const [student, teacher] = [net({ width: 4, heads: 2 }), net({ width: 6, heads: 2, rows: 17 })];
    const model = distill(student, teacher, {
      alpha: 1,
      features: [{ ...TOKENS, tokens: 'patches', loss: 'meanSquare' }],
      teacherInputs: 'own',
    });
    expect(model.inputs.map(({ shape }) => shape)).toEqual([[null, 15], [null, 51]]); // prettier-ignore
    model.compile({ optimizer: tf.train.adam(0.01) });
    const values = () => [student, teacher, model].map((m) => weightValues(m));
    const [first, xs] = [values(), [data(), data(17, 2)]];
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) losses.push(await step(model, xs));
    const [own, other, all] = values();
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]);
    expect(own['tokens/kernel']).not.toEqual(first[0]['tokens/kernel']);
    expect(own['qkv/kernel']).toEqual(first[0]['qkv/kernel']);
    expect(other).toEqual(first[1]);
    expect(all['tokens_to_tokens/kernel']).not.toEqual(first[2]['tokens_to_tokens/kernel']);
  });

  test('keeps no tensor from step to step, and frees what is its own', async () => {
    const [student, teacher] = [net({ width: 4, heads: 2 }), net({ width: 6, heads: 3 })];
    const [x, start] = [data(), memory()];
    const model = distill(student, teacher, MATCHES);
    model.compile({ optimizer: 'adam' });
    await step(model, x);
    const before = memory();
    await step(model, x);
    expect(memory()).toEqual(before);
    model.dispose();
    expect(memory()).toEqual(start);
  });

  test('takes the map of a convolution and its pooled output as tokens, in fitDataset', async () => {
    const image = tf.input({ shape: [6, 6, 1] });
    const conv = tf.layers.conv2d({ filters: 5, kernelSize: 3, name: 'map' });
    const map = conv.apply(image) as tf.SymbolicTensor;
    const pooled = tf.layers.globalAveragePooling2d({ name: 'pooled' } as never).apply(map);
    const teacher = tf.model({ inputs: image, outputs: pooled as tf.SymbolicTensor });
    const student = net({ width: 4, heads: 2 });
    const model = distill(student, teacher, {
      alpha: 1,
      features: [
        { student: 'tokens', teacher: 'pooled', tokens: 'class' },
        { student: 'tokens', teacher: 'map', tokens: 'patches', loss: 'meanSquare' },
      ],
      teacherInputs: 'own',
    });
    model.compile({ optimizer: 'adam' });
    const before = weightValues(student);
    const batches = tf.data.generator(function* () {
      for (let i = 0; i < 3; i++) {
        yield { xs: [data(), randomTensor([4, 6, 6, 1])], ys: tf.zeros([4]) };
      }
    });
    const { history } = await model.fitDataset(batches as never, { epochs: 2, verbose: 0 });
    const losses = history['loss'] as number[];
    expect(losses[1]).toBeLessThan(losses[0]);
    expect(weightValues(student)['tokens/kernel']).not.toEqual(before['tokens/kernel']);
  });

  test('needs a loss where labels count in part', () => {
    const model = distill(net({ width: 4, heads: 2 }), net({ width: 6, heads: 2 }));
    expect(() => model.compile({ optimizer: 'adam' })).toThrow(
      'distill: loss of compile must be given where alpha is between 0 and 1, got undefined.',
    );
  });

  const feature = (match: object) => ({ alpha: 1, features: [{ ...TOKENS, ...match }] });
  const attention = (match: object) => ({ alpha: 1, attention: [{ ...ATTENTION, ...match }] });
  test.each<[string, object]>([
    ["features[0].tokens must be 'all', 'class' or 'patches', got \"patch\".", feature({ tokens: 'patch' })],
    ['features[0].studentGrid must be [rows, columns], two positive integers, got [2].', feature({ studentGrid: [2] })],
    ["features[0].studentGrid must be given with tokens 'patches' only, got [2,2].", feature({ studentGrid: [2, 2] })],
    ["features[0].studentGrid must be [rows, columns] of the layer's 4 patches, got [2,3].",
      feature({ tokens: 'patches', studentGrid: [2, 3] })],
    ["features[0].teacherGrid must be [rows, columns] of the layer's 5 patches, got undefined.",
      feature({ tokens: 'patches' })],
    ['features[0].student must be a layer of output [null,6,null] (null: any), got [null,5,4].', feature({})],
    ['attention[0].studentHeads must be a positive integer, got 0.', attention({ studentHeads: 0 })],
    ['attention[0].studentHeads must be a positive integer, got undefined.', attention({ studentHeads: undefined })],
    ['attention[0].teacher must be a layer of output [batch, tokens, 3 * 4 heads * headDim], got [null,6,18].',
      attention({ teacherHeads: 4 })],
    ["attention[0].student must be a layer of the teacher's 6 tokens, got [null,5,12].", attention({})],
    ['attention[0].student must be one of the layers', attention({ student: 'q' })],
    ['attention must be an array of {student, teacher, studentHeads}, got {}.', { attention: {} }],
    ["teacherInputs must be 'same' or 'own', got \"other\".", { teacherInputs: 'other' }],
    ['inputs of student must be those of the teacher, [[null,18]], got [[null,15]].', { teacherInputs: 'same' }],
    ['outputs of student must be those of the teacher, [[null,6,18]], got [[null,5,12]].', { alpha: 0.5 }],
  ])('%s', (message, options) => {
    const [student, teacher] = [net({ width: 4, heads: 2 }), net({ width: 6, heads: 3, rows: 6 })];
    const before = memory();
    const all = { teacherInputs: 'own', ...options } as DistillOptions;
    expect(() => distill(student, teacher, all)).toThrow(`distill: ${message}`);
    expect(memory()).toEqual(before);
  }); // prettier-ignore

  test('layers of other ranks', () => {
    const vector = identity([6]);
    const match: AttentionMatch = { student: 'out', teacher: 'out', studentHeads: 1 };
    expect(() => findAttention(vector, vector, match, 0)).toThrow(
      'attention[0].student must be a layer of output [batch, tokens, 3 * 1 heads * headDim], got [null,6].',
    );
    const find = (match: Partial<FeatureMatch>, shape: number[]) => () =>
      findFeatures(identity(shape), vector, { student: 'out', teacher: 'out', ...match }, 0);
    expect(find({ tokens: 'class' }, [2, 2, 3])).toThrow(
      'features[0].student must be a layer of output [batch, tokens, channels] or [batch, channels], got [null,2,2,3].',
    );
    expect(find({ tokens: 'patches' }, [6])).toThrow(
      'features[0].student must be a layer of output [batch, 1 + patches, channels] or [batch, rows, columns, channels], got [null,6].',
    );
    expect(find({ tokens: 'patches' }, [1, 6])).toThrow(
      'features[0].student must be a layer of output [batch, 1 + patches, channels] or [batch, rows, columns, channels], got [null,1,6].',
    );
    expect(find({ tokens: 'patches', studentGrid: [4, 1] }, [2, 2, 3])).toThrow(
      'features[0].studentGrid must be that of the map, [2,2], got [4,1].',
    );
  });
});
