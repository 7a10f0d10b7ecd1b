// The page of the tests of PGlite: what they call is on `globalThis.bitcore`.
import { pgliteEngine, placeIndex, type PlaceIndex, type PlaceMatch } from 'tfjs-bitcore/retrieval';
import { randomFrom } from '../../../examples/places/world/random';

const BITS = 64;
const QUERIES = 4;

let index: PlaceIndex;

/** @returns the number of places, or the message of the error. */
async function open(folder: string): Promise<number | string> {
  try {
    index = await placeIndex({ bits: BITS, engine: pgliteEngine({ folder }) });
    return await index.size();
  } catch (error) {
    return (error as Error).message;
  }
}

async function add(count: number): Promise<number> {
  const codes = descriptors(count, 1);
  await index.add(
    Array.from({ length: count }, (_, i) => ({
      id: `place ${i}`,
      descriptor: codes.subarray((i * BITS) / 8, ((i + 1) * BITS) / 8),
      position: { east: 10 * i, north: -i },
    })),
  );
  return index.size();
}

function search(): Promise<PlaceMatch[][]> {
  return index.search(descriptors(QUERIES, 2), { k: 5, from: { east: 0, north: 0 } });
}

function close(): Promise<void> {
  return index.close();
}

function descriptors(count: number, seed: number): Uint8Array {
  const random = randomFrom(seed);
  return Uint8Array.from({ length: (count * BITS) / 8 }, () => Math.floor(256 * random()));
}

const bitcore = { open, add, search, close };
export type PlacesApi = typeof bitcore;

Object.assign(globalThis, { bitcore });
