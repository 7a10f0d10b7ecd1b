import { memoryEngine, placeIndex, type PlaceIndex } from '../../src/retrieval';
import { randomCodes, randomPlaces } from '../support/places';

const BITS = 72;

const places = randomPlaces(BITS, 50).map((place, i) =>
  i % 4 === 0 ? place : { ...place, position: { east: i / 3, north: -i } },
);
const query = randomCodes(BITS, 1, 3);

async function saved(): Promise<Uint8Array> {
  const engine = memoryEngine();
  const index = await placeIndex({ bits: BITS, engine });
  await index.add(places);
  await index.remove([places[7].id]);
  const bytes = await engine.save();
  await index.close();
  return bytes;
}

const opened = (bytes: Uint8Array, bits = BITS): Promise<PlaceIndex> =>
  placeIndex({ bits, engine: memoryEngine({ saved: bytes }) });

test('what is saved is opened again, from any address, and saved the same', async () => {
  const bytes = await saved();
  const shifted = new Uint8Array(bytes.length + 3).subarray(3);
  shifted.set(bytes);
  const engine = memoryEngine({ saved: shifted });
  const index = await placeIndex({ bits: BITS, engine });
  expect(await index.size()).toBe(49);
  const first = await placeIndex({ bits: BITS, engine: memoryEngine() });
  await first.add(places.filter((_, i) => i !== 7));
  expect(await index.search(query, { k: 49 })).toEqual(await first.search(query, { k: 49 }));
  expect(await engine.save()).toEqual(bytes);
  await index.add([places[7]]);
  await expect(index.add([places[8]])).rejects.toThrow('already has a place');
});

test('more places than are added at once, and none', async () => {
  for (const count of [0, 5000]) {
    const engine = memoryEngine();
    const index = await placeIndex({ bits: 8, engine });
    await index.add(randomPlaces(8, count));
    const again = await opened(await engine.save(), 8);
    expect(await again.size()).toBe(count);
  }
});

test('a thousand damaged saves are refused, and never opened as something else', async () => {
  const bytes = await saved();
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const damages: Array<(copy: Uint8Array) => Uint8Array> = [
    (copy) => {
      copy[random(copy.length)] ^= 1 << random(8);
      return copy;
    },
    (copy) => copy.subarray(0, random(copy.length)),
    (copy) => {
      const at = random(copy.length - 8);
      copy.subarray(at, at + 8).forEach((byte, i) => (copy[at + i] = byte + 1 + random(255)));
      return copy;
    },
    (copy) => Uint8Array.of(...copy, random(256)),
  ];
  for (let i = 0; i < 1000; i++) {
    const damaged = damages[i % damages.length](bytes.slice());
    await expect(opened(damaged)).rejects.toThrow(/^memoryEngine: saved must be .+, got .+\.$/);
  }
});

test('another version, other bits and other values are refused by name', async () => {
  const bytes = await saved();
  const newer = bytes.slice();
  newer[8] = 2;
  await expect(opened(newer)).rejects.toThrow(
    'memoryEngine: saved must be of version 1, got "version 2".',
  );
  await expect(opened(bytes, 64)).rejects.toThrow(
    'memoryEngine: saved must be of 64 bits, as the index, got "72 bits".',
  );
  expect(() => memoryEngine({ saved: 'places.bin' as never })).toThrow(
    'saved must be a Uint8Array',
  );
});

test('an engine that no index has open saves nothing', async () => {
  const engine = memoryEngine();
  await expect(engine.save()).rejects.toThrow('memoryEngine.save: no index is open.');
  const index = await placeIndex({ bits: 8, engine });
  await index.close();
  await expect(engine.save()).rejects.toThrow('memoryEngine.save: no index is open.');
});
