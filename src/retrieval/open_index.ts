import { argumentError } from '../errors';
import { readOptions, type OptionTable } from '../options/option_table';
import { CheckedIndex } from './checked_index';
import { BITS } from './checks';
import type { PlaceEngine } from './place_engine';
import type { PlaceIndex } from './place_index';

/** The options of `placeIndex`. */
export interface PlaceIndexOptions {
  /** Bits of a descriptor, a multiple of 8. */
  bits: number;
  /** Where the places are kept, such as `pgliteEngine({folder: 'places'})`. */
  engine: PlaceEngine;
}

const PLACE_ENGINE = ['open', 'add', 'search', 'remove', 'size', 'close'] as const;

export const PLACE_INDEX_OPTIONS = {
  bits: { ...BITS, required: true },
  engine: {
    expected: 'an engine, such as pgliteEngine({folder})',
    holds: (value) =>
      PLACE_ENGINE.every((name) => typeof (value as PlaceEngine | null)?.[name] === 'function'),
    required: true,
  },
} as const satisfies OptionTable<PlaceIndexOptions>;

/** Engines that an open index uses. */
const inUse = new WeakSet<PlaceEngine>();

/**
 * Opens an index of places.
 *
 * ```js
 * const index = await placeIndex({ bits: 16, engine: memoryEngine() });
 * await index.add([{ id: 'a.jpg', descriptor: Uint8Array.of(0b11110000, 0b00001111) }]);
 * const [[match]] = await index.search(Uint8Array.of(0b11110000, 0b00001100), { k: 1 });
 * match.id; // 'a.jpg'
 * match.distance; // 2
 * await index.remove(['a.jpg']);
 * await index.close();
 * ```
 *
 * @throws if an option is wrong, another index uses the engine, or what the engine keeps is of another version or of
 * descriptors with another number of bits.
 */
export async function placeIndex(options: PlaceIndexOptions): Promise<PlaceIndex> {
  const { bits, engine } = readOptions('placeIndex', options, PLACE_INDEX_OPTIONS);
  if (inUse.has(engine)) {
    throw argumentError('placeIndex', 'engine', 'one that no open index uses', engine.name);
  }
  inUse.add(engine);
  try {
    await engine.open(bits);
  } catch (error) {
    inUse.delete(engine);
    throw error;
  }
  return new CheckedIndex(bits, engine, () => inUse.delete(engine));
}
