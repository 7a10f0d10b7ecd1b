import * as tf from '@tensorflow/tfjs';
import { metricLoss, placeBatches } from '../../src/training';
import type { BatchPosition, LoadViews } from '../../src/training';
import { memory } from '../support/leaks';
import { randomTensor } from '../support/values';

/** Five places, with 3 to 7 views; the number of a place is not its rank. */
const LABELS = [9, -1, 4, 4, 9, 2, 2, 2, 9, 4, -1, -1, 4, 4, 4, 4, 8, 8, 8, 2];
/** Each view is its own number, twice. */
const views = () => tf.tensor2d(LABELS.flatMap((_, i) => [i, i]), [LABELS.length, 2]); // prettier-ignore

interface Batch {
  views: number[];
  labels: number[];
}

async function epochOf(dataset: ReturnType<typeof placeBatches>): Promise<Batch[]> {
  const iterator = await dataset.iterator();
  const batches: Batch[] = [];
  for (;;) {
    const { value, done } = (await iterator.next()) as {
      value: { xs: tf.Tensor2D; ys: tf.Tensor };
      done: boolean;
    };
    if (done) return batches;
    expect([value.ys.dtype, value.ys.shape]).toEqual(['int32', [value.xs.shape[0]]]);
    const seen = value.xs.arraySync().map(([view]) => view);
    batches.push({ views: seen, labels: [...value.ys.dataSync()] });
  }
}

const OPTIONS = { places: 2, views: 3, seed: 1 };

test('an epoch has each place once, and no view twice', async () => {
  const dataset = placeBatches(views(), LABELS, OPTIONS);
  expect(dataset.size).toBe(3);
  const batches = await epochOf(dataset);
  expect(batches.map(({ labels }) => labels.length)).toEqual([6, 6, 3]);
  for (const { views, labels } of batches) {
    expect(views.map((view) => LABELS[view])).toEqual(labels);
    for (let i = 0; i < labels.length; i += 3) {
      expect(new Set(labels.slice(i, i + 3)).size).toBe(1);
    }
  }
  const [all, places] = [batches.flatMap(({ views }) => views), batches.flatMap((b) => b.labels)];
  expect(new Set(all).size).toBe(15);
  expect([...new Set(places)].sort((a, b) => a - b)).toEqual([-1, 2, 4, 8, 9]);
});

test('epochs differ, follow from the seed, and resume', async () => {
  const dataset = placeBatches(views(), LABELS, OPTIONS);
  const epochs = [await epochOf(dataset), await epochOf(dataset), await epochOf(dataset)];
  expect(epochs[1]).not.toEqual(epochs[0]);
  const resumed = placeBatches(views(), Int32Array.from(LABELS), { ...OPTIONS, initialEpoch: 1 });
  expect([await epochOf(resumed), await epochOf(resumed)]).toEqual(epochs.slice(1));
  expect(await epochOf(placeBatches(views(), LABELS, { ...OPTIONS, seed: 2 }))).not.toEqual(epochs[0]);
}); // prettier-ignore

test('each view of a place comes equally often', async () => {
  const counts = new Array<number>(LABELS.length).fill(0);
  const epochs = 1000;
  const dataset = placeBatches(
    (indices) => {
      for (const index of indices) counts[index]++;
      return tf.zeros([indices.length]);
    },
    LABELS,
    { places: 5, views: 1, seed: 3 },
  );
  for (let i = 0; i < epochs; i++) {
    const { value } = await (await dataset.iterator()).next();
    tf.dispose(value as never);
  }
  const expected = LABELS.map((place) => epochs / LABELS.filter((other) => other === place).length);
  // The standard deviation of such a count is at most 15.
  counts.forEach((count, i) => expect(Math.abs(count - expected[i])).toBeLessThan(75));
});

test('a function makes the images, and knows where training is', async () => {
  const positions: BatchPosition[] = [];
  const load: LoadViews = async (indices, position) => {
    positions.push(position);
    return tf.tensor2d([...indices].flatMap((i) => [i, 0]), [indices.length, 2]); // prettier-ignore
  };
  const expected = await epochOf(placeBatches(views(), LABELS, { ...OPTIONS, initialEpoch: 4 }));
  const loaded = await epochOf(placeBatches(load, LABELS, { ...OPTIONS, initialEpoch: 4 }));
  expect(loaded).toEqual(expected);
  expect(positions).toEqual([0, 1, 2].map((batch) => ({ epoch: 4, batch })));
  const few = placeBatches(() => tf.ones([5, 2]), LABELS, OPTIONS);
  await expect(epochOf(few)).rejects.toThrow(
    'placeBatches: result of xs must be of shape [6, ...], got [5].',
  );
  const none = placeBatches(() => undefined as never, LABELS, OPTIONS);
  await expect(epochOf(none)).rejects.toThrow(
    'placeBatches: result of xs must be a tensor of rank 1 or more',
  );
});

test('trains with metricLoss, and leaks nothing', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3] })] });
  model.compile({ optimizer: 'adam', loss: metricLoss() });
  const dataset = placeBatches(randomTensor([LABELS.length, 3]), LABELS, OPTIONS);
  const fit = () => model.fitDataset(dataset, { epochs: 2, verbose: 0 });
  await fit();
  const before = memory();
  await fit();
  expect(memory()).toEqual(before);
});

test('refuses what does not go together', () => {
  const make =
    (args: object, xs: unknown = views(), labels: unknown = LABELS) =>
    () =>
      placeBatches(xs as tf.Tensor, labels as number[], { ...OPTIONS, ...args });
  expect(make({ views: 4 })).toThrow(
    'placeBatches: labels must be of at least 4 views of each place, as many as the option views says, got "3 of place 9".',
  );
  expect(make({ places: 0 })).toThrow('placeBatches: places must be a positive integer, got 0.');
  expect(make({ seed: undefined })).toThrow(
    'placeBatches: seed must be an integer, got undefined.',
  );
  expect(make({}, tf.ones([7, 2]))).toThrow('placeBatches: xs must be of shape [20, ...], got [7].');
  expect(make({}, 'images')).toThrow('placeBatches: xs must be a tensor of rank 1 or more');
  expect(make({}, views(), [])).toThrow('placeBatches: labels must be of at least one view, got [].');
  expect(make({}, views(), tf.ones([20]))).toThrow('labels must be a list of int32 numbers, got ');
  for (const place of [0.5, NaN, 2 ** 31, undefined, 'a']) {
    expect(make({}, views(), [1, place])).toThrow('placeBatches: labels[1] must be an int32 number, got ');
  }
}); // prettier-ignore
