import {
  memoryEngine,
  placeIndex,
  type Place,
  type PlaceEngine,
  type PlaceIndex,
} from '../../src/retrieval';
import { randomSource } from '../support/values';

const BITS = 640;
const COUNT = 3000;

const random = randomSource(3);
const randomBytes = (count: number) =>
  Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
const query = randomBytes(BITS / 8);

/** A place whose first bits are random, and whose others are those of the query. */
const randomPlace = (id: string): Place => {
  const descriptor = query.slice();
  descriptor.set(randomBytes(64));
  return { id, descriptor, position: { east: Number(id), north: 0 } };
};
const places = Array.from({ length: COUNT }, (_, i) => randomPlace(`${i}`));

async function filled(): Promise<PlaceIndex> {
  const index = await placeIndex({ bits: BITS, engine: memoryEngine() });
  await index.add(places.slice(0, 2000));
  await index.buildApproximate();
  await index.add(places.slice(2000));
  return index;
}

test('where the first bits tell all, it finds what an exact search finds, in its order', async () => {
  const index = await filled();
  const queries = Buffer.concat([query, places[2999].descriptor]);
  for (const k of [1, 10, 1000]) {
    const found = await index.search(queries, { k, approximate: true });
    expect(found).toEqual(await index.search(queries, { k }));
  }
  await index.remove(places.slice(0, 1500).map(({ id }) => id));
  const near = { position: { east: 1990, north: 0 }, radius: 100 };
  const found = await index.search(queries, { k: 20, near, approximate: true });
  expect(found).toEqual(await index.search(queries, { k: 20, near }));
  await index.buildApproximate();
  const [all] = await index.search(query, { k: 1500, approximate: true });
  expect(all).toHaveLength(1500);
});

test('it misses a place whose first bits are farther than those of a thousand others', async () => {
  const index = await placeIndex({ bits: BITS, engine: memoryEngine() });
  // The first bits of the others are equal to the query's, and all of their later bits differ.
  const other = query.map((byte, i) => (i < 64 ? byte : byte ^ 255));
  const nearest = query.map((byte, i) => (i < 8 ? byte ^ 255 : byte));
  await index.add([{ id: 'nearest', descriptor: nearest }]);
  await index.add(Array.from({ length: 1000 }, (_, i) => ({ id: `${i}`, descriptor: other })));
  await index.buildApproximate();
  expect(await index.search(query, { k: 1 })).toEqual([[{ id: 'nearest', distance: 64 }]]);
  const found = await index.search(query, { k: 1, approximate: true });
  expect(found).toEqual([[{ id: '0', distance: 128 }]]);
});

test('it is refused before it is built, after the index was opened anew, and by engines without it', async () => {
  const engine = memoryEngine();
  const index = await placeIndex({ bits: BITS, engine });
  await index.add(places.slice(0, 2));
  const search = (of: PlaceIndex) => of.search(query, { k: 1, approximate: true });
  const message = 'approximate must be false before buildApproximate(), got true.';
  await expect(search(index)).rejects.toThrow(`PlaceIndex.search: ${message}`);
  await index.buildApproximate();
  expect(await search(index)).toEqual(await index.search(query, { k: 1 }));
  const saved = await engine.save();
  const again = await placeIndex({ bits: BITS, engine: memoryEngine({ saved }) });
  await expect(search(again)).rejects.toThrow(message);
  const exactOnly: PlaceEngine = memoryEngine();
  Object.assign(exactOnly, { buildApproximate: undefined });
  const exact = await placeIndex({ bits: BITS, engine: exactOnly });
  const refusal = 'engine must be one that also searches approximately, got "memoryEngine".';
  await expect(search(exact)).rejects.toThrow(`PlaceIndex.search: ${refusal}`);
  await expect(exact.buildApproximate()).rejects.toThrow(`buildApproximate: ${refusal}`);
});
