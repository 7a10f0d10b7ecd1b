import { packBits } from '../../src/vision/descriptor/pack_bits';
import type { Near, Place, PlaceIndex, PlaceMatch, SearchOptions } from '../../src/retrieval';
import { recallAtK } from '../../src/retrieval';
import { goldenValues, readGolden, type GoldenTensor } from './golden_vision';
import { randomSource } from './values';

/** Of the indexes that these cases are for. */
export const CASE_BITS = 64;
const BYTES = CASE_BITS / 8;

interface Matching {
  readonly descriptors: GoldenTensor;
  readonly references: number;
  readonly truth: number[][];
  readonly hamming: {
    readonly distances: GoldenTensor;
    readonly top10: GoldenTensor;
    readonly recall: Record<string, number>;
  };
}

const random = randomSource(3);

/** A few different codes, so that many distances are equal; every third place has no position. */
function somePlaces(count: number, prefix: string): Place[] {
  const codes = Array.from({ length: 12 }, () => randomBytes());
  return Array.from({ length: count }, (_, i) => ({
    id: `${prefix}${i}`,
    descriptor: codes[Math.floor(random() * codes.length)],
    ...(i % 3 > 0 && { position: { east: 500_000 + (i % 17) * 3.7, north: 4e6 + (i % 5) * 2.9 } }),
  }));
}

function randomBytes(): Uint8Array {
  return Uint8Array.from({ length: BYTES }, () => Math.floor(random() * 256));
}

/** A plain loop over places in their order of adding. */
function plainSearch(places: readonly Place[], query: Uint8Array, k: number, near?: Near) {
  return places
    .filter(
      ({ position }) => near == null || (position != null && metres(position, near) <= near.radius),
    )
    .map(({ id, descriptor, position }) => ({
      id,
      distance: differentBits(descriptor, query),
      ...(position != null && { position }),
      ...(near != null && { metres: metres(position!, near) }),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, k);
}

function metres(a: { east: number; north: number }, { position: b }: Near): number {
  return Math.sqrt((a.east - b.east) ** 2 + (a.north - b.north) ** 2);
}

function differentBits(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  a.forEach((byte, i) => {
    for (let rest = byte ^ b[i]; rest > 0; rest >>= 1) count += rest & 1;
  });
  return count;
}

const ids = (matches: readonly PlaceMatch[]) => matches.map(({ id }) => id);

/** What holds for a place index on every engine. `open` gives an empty index of `CASE_BITS`, which is then closed. */
export function describeIndex(engine: string, open: () => Promise<PlaceIndex>): void {
  describe(`an index on ${engine}`, () => {
    let index: PlaceIndex;
    beforeAll(async () => (index = await open()));

    async function empty(...places: Place[]) {
      await index.remove(places.map(({ id }) => id));
      expect(await index.size()).toBe(0);
    }

    test('finds what FAISS finds', async () => {
      const { descriptors, references, truth, hamming } = readGolden<Matching>('matching');
      const packed = packBits(goldenValues(descriptors), CASE_BITS);
      const places = Array.from({ length: references }, (_, i) => ({
        id: String(i),
        descriptor: packed.slice(i * BYTES, (i + 1) * BYTES),
      }));
      await index.add(places);
      const queries = packed.slice(references * BYTES);
      const top10 = (await index.search(queries, { k: 10 })).map(ids);
      expect(top10.flat().map(Number)).toEqual([...goldenValues(hamming.top10)]);
      const all = await index.search(queries, { k: references });
      const byId = all.map((found) => [...found].sort((a, b) => Number(a.id) - Number(b.id)));
      const distances = byId.flat().map(({ distance }) => distance);
      expect(distances).toEqual([...goldenValues(hamming.distances)]);
      const right = truth.map((rows) => rows.map(String));
      for (const [k, recall] of Object.entries(hamming.recall)) {
        expect(100 * recallAtK(top10, right, Number(k))).toBe(recall);
      }
      await empty(...places);
    });

    test('answers as a plain loop does, ties in the order of adding', async () => {
      let places = somePlaces(300, 'a');
      await index.add(places.slice(0, 200));
      await index.add(places.slice(200));
      const again = places.filter((_, i) => i % 7 === 0);
      expect(await index.remove([...again.map(({ id }) => id), 'unknown', '\ud800'])).toBe(
        again.length,
      );
      await index.add(again);
      places = [...places.filter((place) => !again.includes(place)), ...again];
      const near = { position: { east: 500_000, north: 4_000_000 }, radius: 25 };
      const onBorder = { ...near, radius: metres(places[1].position!, near) };
      const queries = [places[0].descriptor, places[7].descriptor, randomBytes()];
      for (const k of [1, 10, places.length]) {
        for (const circle of [undefined, near, onBorder, { ...near, radius: 0 }]) {
          const found = await index.search(Buffer.concat(queries), { k, near: circle });
          expect(found).toEqual(queries.map((query) => plainSearch(places, query, k, circle)));
        }
      }
      const all = { ...near, radius: 1e9 };
      const [found] = await index.search(queries[0], { k: 3e9, near: all });
      expect(found).toEqual(plainSearch(places, queries[0], 3e9, all));
      const [[first]] = await index.search(queries[0], { k: 1, from: near.position });
      expect(first.metres).toBe(first.position && metres(first.position, near));
      await empty(...places);
    });

    test('adds what descriptors were at the call', async () => {
      const before = randomBytes();
      const descriptor = Buffer.from(before);
      const adding = index.add([{ id: 'early', descriptor }]);
      descriptor.fill(0);
      await adding;
      expect(await index.search(before, { k: 1 })).toEqual([[{ id: 'early', distance: 0 }]]);
      await index.remove(['early']);
    });

    test('takes ids and positions of all kinds', async () => {
      const names = ['__proto__', '{"a",\'b\'}', '\\', ' ', 'é', 'e\u0301', '😀', '字'.repeat(800)];
      const positions = [1e9, -1e9, 1e-200, -0, 0.1 + 0.2, 1e-101];
      const places = names.map((id, i) => ({
        id,
        descriptor: randomBytes(),
        position: { east: positions[i % 6], north: positions[(i + 1) % 6] },
      }));
      await index.add(places);
      for (const { id, descriptor, position } of places) {
        const [[match]] = await index.search(descriptor, { k: 1, from: position });
        expect(match).toMatchObject({ id, distance: 0, metres: 0 });
        expect(Math.abs(match.position!.east - position.east)).toBeLessThan(1e-99);
      }
      const near = { position: { east: 1e-120, north: -1e-130 }, radius: 1 };
      const found = await index.search(places[0].descriptor, { k: 8, near });
      expect(new Set(ids(found[0]))).toEqual(new Set(['\\', ' ', 'é']));
      await empty(...places);
    });

    test('adds all places of a call or none', async () => {
      const [a, b, c] = somePlaces(3, 'b');
      await index.add([a]);
      await expect(index.add([b, c, a])).rejects.toThrow(
        'PlaceIndex.add: the index already has a place with the id "b0". Nothing was added.',
      );
      const wrong: Array<[unknown, string]> = [
        [[b, c, b], 'places[2].id must be another than those before it, got "b1".'],
        [[b, { ...c, id: '' }], 'places[1].id must be a string of 1 to 800 characters'],
        [[b, { ...c, id: 'a\0' }], 'places[1].id must be a string'],
        [[b, { ...c, id: '\udc00' }], 'places[1].id must be a string'],
        [[b, { ...c, id: 7 }], 'places[1].id must be a string'],
        [[b, null], 'places[1] must be {id, descriptor, position}, got null.'],
        [
          [b, { ...c, descriptor: new Uint8Array(7) }],
          'places[1].descriptor must be a Uint8Array of 8 bytes (64 bits), got "7 bytes".',
        ],
        [
          [b, { ...c, descriptor: new Float32Array(8) }],
          'places[1].descriptor must be a Uint8Array',
        ],
        [
          [b, { ...c, position: { east: NaN, north: 0 } }],
          'places[1].position must be {east, north}',
        ],
        [[b, { ...c, position: { east: 0 } }], 'places[1].position must be {east, north}'],
        [[b, { ...c, position: { east: 0, north: Infinity } }], 'places[1].position must be'],
        [b, 'places must be an array'],
      ];
      for (const [places, message] of wrong) {
        await expect(index.add(places as Place[])).rejects.toThrow(`PlaceIndex.add: ${message}`);
      }
      expect(await index.size()).toBe(1);
      await index.add([]);
      await empty(a);
    });

    test('refuses wrong searches', async () => {
      const places = somePlaces(3, 'c');
      await index.add(places);
      const query = places[0].descriptor;
      const wrong: Array<[Uint8Array, unknown, string]> = [
        [query, { k: 0 }, 'k must be a positive integer, got 0.'],
        [query, { k: 4 }, 'k must be at most the number of places (3), got 4.'],
        [query, { k: 1.5 }, 'k must be a positive integer'],
        [query.slice(1), { k: 1 }, 'descriptors must be a Uint8Array of [queries, 8] bytes'],
        [new Uint8Array(0), { k: 1 }, 'descriptors must be a Uint8Array'],
        [query, { k: 1, near: { radius: 1 } }, 'near must be {position: {east, north}'],
        [query, { k: 1, near: { position: { east: 0, north: 0 }, radius: -1 } }, 'near must be'],
        [query, { k: 1, from: { east: NaN, north: 0 } }, 'from must be {east, north}'],
      ];
      for (const [descriptors, options, message] of wrong) {
        await expect(index.search(descriptors, options as SearchOptions)).rejects.toThrow(
          `PlaceIndex.search: ${message}`,
        );
      }
      await expect(index.remove(['c0', 3 as never])).rejects.toThrow(
        'ids must be an array of strings',
      );
      await empty(...places);
    });

    test('waits for running calls when it is closed, and refuses later ones', async () => {
      const places = somePlaces(50, 'd');
      const [added, closed] = [index.add(places), index.close()];
      await Promise.all([added, closed, index.close()]);
      await expect(index.size()).rejects.toThrow('PlaceIndex.size: the index is closed.');
      await expect(index.add(places)).rejects.toThrow('PlaceIndex.add: the index is closed.');
    });
  });
}
