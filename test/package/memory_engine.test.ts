import * as tf from '@tensorflow/tfjs';
import {
  memoryEngine,
  placeIndex,
  recallAtK,
  type Place,
  type PlaceIndex,
} from '../../src/retrieval';
import { hammingModule } from '../../src/engine/hamming/module';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { readGolden } from '../support/golden_vision';
import { collected } from '../support/garbage';
import { byPlainLoop, randomCodes, randomPlaces } from '../support/places';

const { Memory } = WebAssembly;

afterEach(() => {
  tf.env().set('BITCORE_USE_WASM_SIMD', true);
  WebAssembly.Memory = Memory;
});

/** What an index may run on. */
const MEANS: Record<string, () => void> = {
  WebAssembly: () => expect(hammingModule.on(ownMemoryEngine().memory)).toBeDefined(),
  'plain JavaScript': () => tf.env().set('BITCORE_USE_WASM_SIMD', false),
  'a system that refuses memory for WebAssembly': () => {
    WebAssembly.Memory = class extends Memory {
      constructor() {
        throw new RangeError('WebAssembly.Memory(): could not allocate memory');
        super({ initial: 0 });
      }
    };
  },
  'a system that refuses more memory for WebAssembly': () => {
    WebAssembly.Memory = class extends Memory {
      constructor(limits: WebAssembly.MemoryDescriptor) {
        super({ ...limits, maximum: 1 });
      }
    };
  },
};

async function indexOf(bits: number, places: readonly Place[]): Promise<PlaceIndex> {
  const index = await placeIndex({ bits, engine: memoryEngine() });
  await index.add(places);
  return index;
}

describe.each(Object.keys(MEANS))('on %s', (means) => {
  beforeEach(() => MEANS[means]());

  test.each([
    [8, 1],
    [8, 999],
    [64, 777],
    [72, 1501],
    [512, 333],
    [1160, 101],
    [2048, 529],
  ])('%i bits, %i places: as a plain loop finds them, ties included', async (bits, count) => {
    const places = randomPlaces(bits, count);
    const index = await indexOf(bits, places);
    const queries = randomCodes(bits, 3, 7);
    for (const k of new Set([1, Math.min(10, count), count])) {
      const expected = byPlainLoop(places, queries, bits, k);
      expect(await index.search(queries, { k })).toEqual(expected);
    }
    await index.close();
  });

  test('codes that are all equal, and all different in every bit: by the order of adding', async () => {
    const places = Array.from({ length: 5000 }, (_, i) => ({
      id: `${(i * 37) % 5000}`,
      descriptor: new Uint8Array(24).fill(i % 2 === 0 ? 0 : 255),
    }));
    const index = await indexOf(192, places);
    const [found] = await index.search(new Uint8Array(24), { k: 2501 });
    expect(found.map(({ id }) => id)).toEqual(
      [...places.filter((_, i) => i % 2 === 0), places[1]].map(({ id }) => id),
    );
    expect(found.map(({ distance }) => distance)).toEqual([...Array(2500).fill(0), 192]);
    await index.close();
  });

  test('places that come ever nearer are all found in time', async () => {
    const bits = 4096;
    const places = Array.from({ length: bits }, (_, i) => ({
      id: `${i}`,
      descriptor: new Uint8Array(bits / 8).fill(255, Math.ceil(i / 8)),
    }));
    const index = await indexOf(bits, places);
    const query = new Uint8Array(bits / 8);
    expect(await index.search(query, { k: 20 })).toEqual(byPlainLoop(places, query, bits, 20));
    await index.close();
  });

  test('after places are removed and added in many steps', async () => {
    const bits = 264;
    let places = randomPlaces(bits, 700);
    const index = await placeIndex({ bits, engine: memoryEngine() });
    for (let at = 0; at < 700; at += 50) await index.add(places.slice(at, at + 50));
    const gone = places.filter((_, i) => i % 3 === 0 || i > 690).map(({ id }) => id);
    expect(await index.remove([...gone, gone[0], 'unknown'])).toBe(gone.length);
    expect(await index.remove(gone)).toBe(0);
    const again = places.slice(0, 1);
    await index.add(again);
    places = [...places.filter(({ id }) => !gone.includes(id)), ...again];
    expect(await index.size()).toBe(places.length);
    const queries = randomCodes(bits, 2, 5);
    const k = places.length;
    expect(await index.search(queries, { k })).toEqual(byPlainLoop(places, queries, bits, k));
    await index.close();
  });
});

test('the distances and the ten nearest of the original', async () => {
  const { hamming, packed, truth } = readGolden<{
    packed: { shape: number[]; data: number[] };
    truth: number[][];
    hamming: {
      distances: { data: number[] };
      top10: { data: number[] };
      recall: Record<string, number>;
    };
  }>('matching');
  const codes = Uint8Array.from(packed.data);
  const [, bytes] = packed.shape;
  const database = Array.from({ length: 40 }, (_, i) => ({
    id: `${i}`,
    descriptor: codes.subarray(i * bytes, (i + 1) * bytes),
  }));
  const index = await indexOf(64, database);
  const found = await index.search(codes.subarray(40 * bytes), { k: 40 });
  const ids = found.map((matches) => matches.map(({ id }) => Number(id)));
  expect(ids.flatMap((row) => row.slice(0, 10))).toEqual(hamming.top10.data);
  const distances = found.flatMap((matches) => {
    const byId = [...matches].sort((a, b) => Number(a.id) - Number(b.id));
    return byId.map(({ distance }) => distance);
  });
  expect(distances).toEqual(hamming.distances.data);
  for (const k of [1, 5, 10]) expect(100 * recallAtK(ids, truth, k)).toBe(hamming.recall[k]);
  await index.close();
});

test('more queries than lie in memory at once', async () => {
  const places = randomPlaces(64, 3000);
  const index = await indexOf(64, places);
  const queries = randomCodes(64, 150, 3);
  const expected = byPlainLoop(places, queries, 64, 1500);
  // Comparing so many objects takes seconds.
  expect(JSON.stringify(await index.search(queries, { k: 1500 }))).toBe(JSON.stringify(expected));
  await index.close();
});

test('only places in a circle, its border included, and none without a position', async () => {
  const places = randomPlaces(64, 500).map((place, i) => ({
    ...place,
    ...(i % 5 > 0 && { position: { east: i % 25, north: Math.floor(i / 25) } }),
  }));
  const index = await indexOf(64, places);
  const near = { position: { east: 10, north: 8 }, radius: 5 };
  const inside = places.filter(({ position: p }) =>
    p == null ? false : (p.east - 10) ** 2 + (p.north - 8) ** 2 <= 25,
  );
  expect(inside.some(({ position }) => position?.east === 13 && position.north === 12)).toBe(true);
  const query = randomCodes(64, 1, 9);
  const expected = byPlainLoop(inside, query, 64, 500);
  const [found] = await index.search(query, { k: 500, near });
  for (const match of found) expect(match.metres).toBeLessThanOrEqual(5);
  const withoutMetres = found.map(({ id, distance, position }) => ({ id, distance, position }));
  expect([withoutMetres]).toEqual(expected);
  const nowhere = { position: { east: -1e6, north: 0 }, radius: 1 };
  expect(await index.search(query, { k: 3, near: nowhere })).toEqual([[]]);
  await index.close();
});

test('an id that is taken: nothing is added', async () => {
  const places = randomPlaces(16, 5);
  const index = await indexOf(16, places.slice(0, 3));
  const [three, four, one] = [places[3], places[4], places[1]];
  await expect(index.add([three, one, four])).rejects.toThrow(`the id "${one.id}"`);
  expect(await index.size()).toBe(3);
  await index.close();
});

test('an index that is closed, or lost, gives its memory back', async () => {
  const memories: Array<WeakRef<WebAssembly.Memory>> = [];
  WebAssembly.Memory = class extends Memory {
    constructor(limits: WebAssembly.MemoryDescriptor) {
      super(limits);
      memories.push(new WeakRef(this));
    }
  };
  const engine = memoryEngine();
  const index = await placeIndex({ bits: 64, engine });
  await index.add(randomPlaces(64, 10));
  await index.search(new Uint8Array(8), { k: 1 });
  await index.close();
  await (await indexOf(64, randomPlaces(64, 10))).size();
  expect(memories).toHaveLength(2);
  await collected(() => memories.every((memory) => memory.deref() == null));
  expect(memories.map((memory) => memory.deref())).toEqual([undefined, undefined]);
  const again = await placeIndex({ bits: 72, engine });
  expect(await again.size()).toBe(0);
});
