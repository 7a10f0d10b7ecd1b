import * as tf from '@tensorflow/tfjs';
import { seededBatches } from '../../src/training';
import { epochOrder } from '../../src/training/batches/epoch_batches';
import { memory } from '../support/leaks';
import { randomTensor } from '../support/values';

interface Batch {
  xs: tf.Tensor | tf.Tensor[];
  ys: tf.Tensor;
}

async function epochOf(dataset: ReturnType<typeof seededBatches>): Promise<Batch[]> {
  const iterator = await dataset.iterator();
  const batches: Batch[] = [];
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) return batches;
    batches.push(value as Batch);
  }
}

const ids = (batches: Batch[]) => batches.map(({ ys }) => [...ys.dataSync()]);

describe('epochOrder', () => {
  test('is a permutation that depends on seed and epoch alone', () => {
    const order = epochOrder(100, 3, 7);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(epochOrder(100, 3, 7)).toEqual(order);
    expect(epochOrder(100, 3, 8)).not.toEqual(order);
    expect(epochOrder(100, 4, 7)).not.toEqual(order);
    expect(epochOrder(1, 0, 0)).toEqual(Int32Array.of(0));
  });

  test('puts each example at each place equally often', () => {
    const [count, epochs] = [5, 20_000];
    const counts = Array.from({ length: count }, () => new Array<number>(count).fill(0));
    for (let epoch = 0; epoch < epochs; epoch++) {
      epochOrder(count, 1, epoch).forEach((example, place) => counts[place][example]++);
    }
    // The standard deviation of such a count is 57.
    for (const value of counts.flat()) expect(Math.abs(value - epochs / count)).toBeLessThan(300);
  });
});

describe('seededBatches', () => {
  const xs = () => tf.tensor2d(Array.from({ length: 20 }, (_, i) => i), [10, 2]); // prettier-ignore
  const ys = () => tf.tensor1d(Array.from({ length: 10 }, (_, i) => i), 'int32'); // prettier-ignore

  test('gives every example once an epoch, inputs with their targets', async () => {
    const dataset = seededBatches(xs(), ys(), { batchSize: 4, seed: 1 });
    expect(dataset.size).toBe(3);
    const batches = await epochOf(dataset);
    expect(batches.map(({ ys }) => ys.shape)).toEqual([[4], [4], [2]]);
    expect(ids(batches).flat()).toEqual([...epochOrder(10, 1, 0)]);
    for (const { xs, ys } of batches) {
      expect(ys.dtype).toBe('int32');
      const expected = [...ys.dataSync()].map((i) => [2 * i, 2 * i + 1]);
      expect((xs as tf.Tensor).arraySync()).toEqual(expected);
    }
  });

  test('goes on with the order of the next epoch, unused iterators aside, and resumes', async () => {
    const args = { batchSize: 10, seed: 1 };
    const dataset = seededBatches(xs(), ys(), args);
    await dataset.iterator();
    const epochs = [await epochOf(dataset), await epochOf(dataset)].map(ids);
    expect(epochs).toEqual([[[...epochOrder(10, 1, 0)]], [[...epochOrder(10, 1, 1)]]]);
    const resumed = seededBatches(xs(), ys(), { ...args, initialEpoch: 1 });
    expect(ids(await epochOf(resumed))).toEqual(epochs[1]);
  });

  test('takes several inputs, and leaks nothing in fitDataset', async () => {
    const inputs = [tf.input({ shape: [3] }), tf.input({ shape: [2] })];
    const joined = tf.layers.concatenate().apply(inputs) as tf.SymbolicTensor;
    const outputs = tf.layers.dense({ units: 1 }).apply(joined) as tf.SymbolicTensor;
    const model = tf.model({ inputs, outputs });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const all = [randomTensor([10, 3]), randomTensor([10, 2])];
    const dataset = seededBatches(all, randomTensor([10, 1]), { batchSize: 4, seed: 0 });
    const fit = () => model.fitDataset(dataset, { epochs: 2, verbose: 0 });
    await fit();
    const before = memory();
    await fit();
    expect(memory()).toEqual(before);
  });

  test('refuses what does not go together', () => {
    const make =
      (args: object, x: unknown = xs(), y: unknown = ys()) =>
      () =>
        seededBatches(x as tf.Tensor, y as tf.Tensor, { seed: 1, ...args });
    expect(make({ batchSize: 0 })).toThrow('batchSize must be a positive integer, got 0.');
    for (const name of ['batch', 'epoch']) {
      expect(make({ [name]: 3 })).toThrow(
        new RegExp(
          `^seededBatches: options has no "${name}"\\. It takes batchSize, seed, initialEpoch\\.$`,
        ),
      );
    }
    expect(make({ seed: 0.5 })).toThrow('seededBatches: seed must be an integer, got 0.5.');
    expect(make({ initialEpoch: -1 })).toThrow('initialEpoch must be an integer of at least 0');
    expect(make({}, xs(), tf.ones([9]))).toThrow('ys must be of shape [10, ...], got [9].');
    expect(make({}, [])).toThrow('seededBatches: xs must be at least one tensor, got [].');
    expect(() => seededBatches(xs(), ys(), undefined as never)).toThrow(
      'options must be an object {batchSize, seed, initialEpoch}, got undefined.',
    );
    expect(make({}, [1, 2])).toThrow('xs must be a tensor of rank 1 or more, or an array of such');
    expect(make({}, tf.scalar(1))).toThrow('xs must be a tensor of rank 1 or more');
  });
});
