import * as tf from '@tensorflow/tfjs';
import { signStraightThrough } from '../../src/ops/sign_straight_through';
import { descriptorSchedule, metricLoss } from '../../src/training';
import type { DescriptorScheduleOptions, MetricLossOptions } from '../../src/training';
import { minePairs } from '../../src/training/metric/pairs';
import { goldenTensor, readGolden, type GoldenTensor } from '../support/golden_vision';
import { memory } from '../support/leaks';
import { expectClose, expectIdentical, randomTensor } from '../support/values';

interface Golden {
  cases: {
    text: string;
    d: GoldenTensor;
    labels: number[];
    similarity: GoldenTensor;
    pairs: Record<'anchor1' | 'positive' | 'anchor2' | 'negative', number[]>;
    floatLoss: number;
    floatGradient: GoldenTensor;
    binaryLoss: number;
    binaryGradient: GoldenTensor;
    'lossAtQfactor0.25': number;
  }[];
  signSTE: { x: GoldenTensor; y: GoldenTensor; upstream: number; dx: GoldenTensor };
}

const golden = readGolden<Golden>('metric');

const lossOf = (labels: tf.Tensor, d: tf.Tensor, options?: MetricLossOptions) =>
  metricLoss(options)(labels, d);
const gradientOf = (labels: tf.Tensor, d: tf.Tensor, options?: MetricLossOptions) =>
  tf.grad((x) => metricLoss(options)(labels, x))(d);

describe.each(golden.cases)('the values of the original: $text', (own) => {
  const labels = () => tf.tensor1d(own.labels, 'int32');
  const d = () => goldenTensor(own.d);

  test('pairs', () => {
    const { positive, negative } = minePairs(goldenTensor(own.similarity), labels(), 0.1);
    const expected = (anchors: number[], others: number[]) => {
      const pairs = tf.buffer([12, 12]);
      anchors.forEach((anchor, i) => pairs.set(1, anchor, others[i]));
      return pairs.toTensor();
    };
    const { anchor1, anchor2, ...pairs } = own.pairs;
    expectIdentical(tf.cast(positive, 'float32'), expected(anchor1, pairs.positive));
    expectIdentical(tf.cast(negative, 'float32'), expected(anchor2, pairs.negative));
  });

  test('losses and gradients', () => {
    expect(lossOf(labels(), d()).dataSync()[0]).toBeCloseTo(own.floatLoss, 6);
    expectClose(gradientOf(labels(), d()), goldenTensor(own.floatGradient), 1e-6);
    const binary = { binaryShare: 1 };
    expect(lossOf(labels(), d(), binary).dataSync()[0]).toBeCloseTo(own.binaryLoss, 6);
    expectClose(gradientOf(labels(), d(), binary), goldenTensor(own.binaryGradient), 1e-6);
  });

  test('a blend', () => {
    const options = { binaryShare: 0.25 };
    const loss = lossOf(tf.reshape(labels(), [12, 1]), d(), options);
    expect(loss.dataSync()[0]).toBeCloseTo(own['lossAtQfactor0.25'], 6);
    const parts = [own.floatGradient, own.binaryGradient].map(goldenTensor);
    const expected = tf.add(tf.mul(parts[0], 0.75), tf.mul(parts[1], 0.25));
    expectClose(gradientOf(labels(), d(), options), expected, 1e-6);
  });
});

describe('sign', () => {
  test('has the values and the gradient of the original', () => {
    const { x, y, upstream, dx } = golden.signSTE;
    expectIdentical(signStraightThrough(goldenTensor(x)), goldenTensor(y));
    const gradient = tf.grad((x) => tf.mul(signStraightThrough(x), upstream))(goldenTensor(x));
    expectIdentical(gradient, goldenTensor(dx));
  });

  test('keeps NaN, and knows infinity', () => {
    const values = signStraightThrough(tf.tensor1d([NaN, Infinity, -Infinity])).dataSync();
    expect([...values]).toEqual([NaN, 1, -1]);
  });
});

describe('the loss', () => {
  const places = () => tf.tensor1d([4, 4, 7, 7], 'int32');

  test('has its hand value with other options', () => {
    // Cosines: 0 within the place [1, 0], [0, 1]; 1 and 0 to the third, which is alone in its place.
    const d = tf.tensor2d([[2, 0], [0, 3], [1, 0]]); // prettier-ignore
    const labels = tf.tensor1d([1, 1, 2], 'int32');
    const [alpha, beta, base, epsilon] = [2, 3, 0.5, 0.25];
    const near = Math.log(1 + Math.exp(alpha * base)) / alpha;
    const far = (s: number) => Math.log(1 + Math.exp(beta * (s - base))) / beta;
    // The first: both. The second: 0 - .25 < 0 and 0 + .25 > 0, both. The third has no positive, so nothing.
    const expected = (near + far(1) + near + far(0)) / 3;
    const loss = lossOf(labels, d, { alpha, beta, base, epsilon });
    expect(loss.dataSync()[0]).toBeCloseTo(expected, 6);
  });

  test('is zero, with a gradient of zero, where there are no pairs', () => {
    for (const labels of [tf.tensor1d([1, 1, 1]), tf.tensor1d([1, 2, 3])]) {
      const d = randomTensor([3, 5]);
      expect(lossOf(labels, d).dataSync()[0]).toBe(0);
      expectIdentical(gradientOf(labels, d), tf.zeros([3, 5]));
    }
  });

  test('stays finite with a large beta, and for a descriptor of zeros', () => {
    const d = tf.concat([randomTensor([3, 5]), tf.zeros([1, 5])]);
    for (const binaryShare of [0, 0.5]) {
      const options = { beta: 1e4, binaryShare };
      const values = [lossOf(places(), d, options), gradientOf(places(), d, options)];
      const numbers = values.flatMap((value) => [...value.dataSync()]);
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
  });

  test('is NaN for a descriptor with NaN', () => {
    const d = tf.concat([randomTensor([3, 5]), tf.fill([1, 5], NaN)]);
    for (const binaryShare of [0, 0.5, 1]) {
      expect(lossOf(places(), d, { binaryShare }).dataSync()[0]).toBeNaN();
    }
  });

  test('refuses tensors of other shapes, and a share out of range', () => {
    const loss = metricLoss();
    expect(() => loss(places(), tf.ones([4, 2, 2]))).toThrow(
      'metricLoss: descriptors must be of shape [batch, width], got [4,2,2].',
    );
    for (const labels of [tf.ones([3]), tf.ones([4, 2]), tf.ones([1, 4])]) {
      expect(() => loss(labels, tf.ones([4, 2]))).toThrow(
        `metricLoss: labels must be of shape [4] or [4, 1], got [${labels.shape.join(',')}].`,
      );
    }
    for (const value of [-0.1, 1.5, NaN]) {
      const message = `metricLoss: binaryShare must be a number from 0 to 1, got ${value}.`;
      expect(() => (loss.binaryShare = value)).toThrow(message);
      expect(loss.binaryShare).toBe(0);
      expect(() => metricLoss({ binaryShare: value })).toThrow(message);
    }
  });
});

describe('training', () => {
  const EXAMPLES = 12;
  const places = () => tf.tensor1d([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], 'int32');
  const x = () => randomTensor([EXAMPLES, 6]);

  function compiled(loss = metricLoss()): tf.Sequential {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [6] })] });
    model.setWeights([randomTensor([6, 8], 3), tf.zeros([8])]);
    model.compile({ optimizer: tf.train.adam(0.01), loss });
    return model;
  }

  test('lowers the loss, alike in fit with both shapes of labels and in fitDataset', async () => {
    const args = { epochs: 5, verbose: 0, shuffle: false } as const;
    const batch = { batchSize: EXAMPLES, ...args };
    const fitted = await compiled().fit(x(), places(), batch);
    const columns = await compiled().fit(x(), tf.reshape(places(), [EXAMPLES, 1]), batch);
    const dataset = tf.data.generator(function* () {
      yield { xs: x(), ys: places() };
    });
    const ofDataset = await compiled().fitDataset(dataset, { epochs: 5, verbose: 0 });
    const losses = fitted.history['loss'] as number[];
    expect(losses[4]).toBeLessThan(losses[0]);
    expect(columns.history['loss']).toEqual(losses);
    expect(ofDataset.history['loss']).toEqual(losses);
  });

  test('leaks nothing', async () => {
    const model = compiled(metricLoss({ binaryShare: 0.5 }));
    const data = [x(), places()] as const;
    const fit = () => model.fit(...data, { epochs: 2, batchSize: 6, verbose: 0 });
    await fit();
    const before = memory();
    await fit();
    expect(memory()).toEqual(before);
  });

  /** The share in force in each of 8 steps. */
  async function shares(options: DescriptorScheduleOptions): Promise<number[]> {
    const loss = metricLoss();
    const model = compiled(loss);
    const seen: number[] = [];
    model.layers[0].setCallHook(() => void seen.push(loss.binaryShare));
    const callbacks = [descriptorSchedule(loss, options)];
    const { history } = await model.fit(x(), places(), { batchSize: 3, epochs: 2, callbacks, verbose: 0 });
    expect(history['binaryShare'].at(-1)).toBe(seen.at(-1));
    return seen;
  } // prettier-ignore

  test('the schedule raises the share from step to step', async () => {
    const steps = Array.from({ length: 8 }, (_, step) => step / 7);
    expect(await shares({ type: 'linear' })).toEqual(steps);
    const logistic = await shares({ type: 'logistic' });
    expect(logistic[1]).toBeCloseTo(1 / (1 + Math.exp(6 - 16 / 7)), 12);
    expect(logistic[7]).toBe(1);
    const byEpoch = await shares({ type: 'cosine', by: 'epoch' });
    expect(byEpoch).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect((await shares({ type: 'linear', epochs: 1 })).slice(3)).toEqual([1, 1, 1, 1, 1]);
  });

  test('the schedule refuses another loss', () => {
    for (const loss of [undefined, 'meanSquaredError', tf.losses.meanSquaredError]) {
      expect(() => descriptorSchedule(loss as never, { type: 'linear' })).toThrow(
        'descriptorSchedule: loss must be a loss made by metricLoss, got ',
      );
    }
    expect(() => descriptorSchedule(metricLoss(), { type: 'sine' as never })).toThrow(
      "descriptorSchedule: type must be 'logistic', 'linear' or 'cosine', got \"sine\".",
    );
  });
});
