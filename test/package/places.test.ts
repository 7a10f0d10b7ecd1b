import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { trainingBatches, viewTensor } from '../../examples/places/batches';
import { readInputs } from '../../examples/places/page/inputs';
import { isSamePlace, placesOf } from '../../examples/places/world/city';
import { BYTES_PER_VIEW, SIZE, type Survey } from '../../examples/places/world/survey';
import { viewsOf } from '../../examples/places/world/views';

/** The street world of the example: what its views follow from, and what nets learn from. */

const folder = mkdtempSync(join(tmpdir(), 'places-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, `${name}.bin`);
const SURVEY: Survey = {
  ...{ name: 'views', city: 1, places: 3, viewsPerPlace: 4, every: 1, fair: 1, seed: 5 },
};

test('views follow from the seeds of city and survey, and go on where writing stopped', async () => {
  const { pixels, places } = await viewsOf(SURVEY, file('whole'));
  expect(pixels.length).toBe(12 * BYTES_PER_VIEW);
  expect(places.length).toBe(12);
  writeFileSync(`${file('stopped')}.part`, pixels.subarray(0, 2.5 * BYTES_PER_VIEW));
  const stopped = await viewsOf(SURVEY, file('stopped'));
  expect(Buffer.compare(stopped.pixels, pixels)).toBe(0);
  const elsewhere = await viewsOf({ ...SURVEY, city: 2 }, file('city'));
  const again = await viewsOf({ ...SURVEY, seed: 6 }, file('seed'));
  for (const other of [elsewhere, again]) {
    const same = other.pixels.filter((value, i) => value === pixels[i]).length;
    expect(same / pixels.length).toBeLessThan(0.2);
  }
});

test('no two views are equal, and each has more than one color', async () => {
  const { pixels } = await viewsOf(SURVEY, file('whole'));
  const views = Array.from({ length: 12 }, (_, i) =>
    pixels.subarray(i * BYTES_PER_VIEW, (i + 1) * BYTES_PER_VIEW),
  );
  expect(new Set(views.map(String)).size).toBe(12);
  for (const view of views) expect(new Set(view).size).toBeGreaterThan(20);
});

test('neighbors in a street and direction are the same place, others are not', () => {
  const places = placesOf(24);
  expect(places.length).toBe(24);
  for (const [i, place] of places.entries()) {
    const same = places.filter((other) => isSamePlace(place, other));
    // Four places of a step along both streets follow each other.
    const expected = [i - 8, i - 4, i, i + 4, i + 8].filter((j) => j >= 0 && j < places.length);
    expect(same).toEqual(expected.map((j) => places[j]));
  }
});

interface Batch {
  xs: tf.Tensor4D;
  ys: tf.Tensor1D;
}

async function epochs(pixels: Uint8Array, initialEpoch: number, count: number) {
  const options = { viewsPerPlace: 4, places: 2, views: 3, seed: 7 };
  const dataset = trainingBatches({ ...options, pixels, initialEpoch });
  const found: Array<{ xs: Float32Array; ys: number[] }> = [];
  for (let epoch = 0; epoch < count; epoch++) {
    const iterator = await dataset.iterator();
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      const { xs, ys } = step.value as unknown as Batch;
      found.push({ xs: xs.dataSync() as Float32Array, ys: [...ys.dataSync()] });
      xs.dispose();
      ys.dispose();
    }
  }
  return found;
}

test('batches hold views of several places, moved by chance, and resumed training gets the same ones', async () => {
  const { pixels } = await viewsOf(SURVEY, file('whole'));
  const all = await epochs(pixels, 0, 2);
  expect(all.map(({ ys }) => ys.length)).toEqual([6, 3, 6, 3]);
  const again = await epochs(pixels, 1, 1);
  for (const [i, { xs, ys }] of again.entries()) {
    expect(ys).toEqual(all[2 + i].ys);
    expect(xs.length).toBe(ys.length * BYTES_PER_VIEW);
    expect(Buffer.compare(bytesOf(xs), bytesOf(all[2 + i].xs))).toBe(0);
    expect(Buffer.compare(bytesOf(xs), bytesOf(all[i].xs))).not.toBe(0);
  }
});

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

test('each channel of a view has mean 0 and deviation 1 in nets, and one color becomes zeros', () => {
  const pixels = new Uint8Array(2 * BYTES_PER_VIEW).fill(90, BYTES_PER_VIEW);
  for (let i = 0; i < BYTES_PER_VIEW; i++) pixels[i] = (i * 7 + (i % 3) * 40) % 256;
  const views = viewTensor(pixels, 0, 2);
  const values = views.dataSync();
  views.dispose();
  expect(Math.max(...values.subarray(BYTES_PER_VIEW).map(Math.abs))).toBe(0);
  for (let channel = 0; channel < 3; channel++) {
    const own = Array.from({ length: SIZE * SIZE }, (_, i) => values[3 * i + channel]);
    const mean = own.reduce((a, b) => a + b) / own.length;
    const squares = own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(squares).toBeCloseTo(1, 4);
  }
});

test('the command of the page says what is missing', () => {
  expect(() => readInputs(folder)).toThrow(
    /settings.json is missing: `npm run example:places` makes it/,
  );
});
