import { argumentError } from '../../errors';
import type { PlaceFile } from '../../io/place_file';
import type { Check } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import {
  notBuilt,
  type EngineSearch,
  type FoundPlace,
  type Place,
  type PlaceEngine,
} from '../place_engine';
import { readSaved } from './read_saved';
import { StoredPlaces } from './stored_places';
import { writeSaved } from './write_saved';

/** The options of `memoryEngine`. */
export interface MemoryEngineOptions {
  /** What `save` gave, or the file that it was saved to, to begin with its places. Default: the index begins empty. */
  saved?: Uint8Array | PlaceFile | undefined;
}

const isBytes = (value: unknown) =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;

const PLACE_FILE: Check = {
  expected: 'a placeFile',
  holds: (value) =>
    ['save', 'load'].every(
      (name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function',
    ),
};

export const MEMORY_ENGINE_OPTIONS = {
  saved: {
    expected: `a Uint8Array of memory that is not shared, or ${PLACE_FILE.expected}`,
    holds: (value) => isBytes(value) || PLACE_FILE.holds(value),
  },
} as const satisfies OptionTable<MemoryEngineOptions>;

/** An engine of places in memory. `memoryEngine` makes one. */
export interface MemoryEngine extends PlaceEngine {
  /**
   * The places as they are at the call, for the option `saved`.
   *
   * @param file where to save them, such as `placeFile('models/city.places')` of `tfjs-bitcore/folder`. Default: nowhere.
   * @throws if no index is open, the file cannot be written, or in a page that is neither of https nor of localhost.
   */
  save(file?: PlaceFile): Promise<Uint8Array>;
}

/**
 * Keeps the places of an index in memory and compares a query with all of them, with SIMD where WebAssembly has it: the
 * search is exact. Use it for some million places or fewer; a search holds up the thread that it runs on. After `buildApproximate`,
 * an approximate search compares the first 512 bits of all places, and whole descriptors of the nearest 1,000 alone.
 *
 * ```js
 * const engine = memoryEngine();
 * const index = await placeIndex({ bits: 16, engine });
 * await index.add([
 *   { id: 'church', descriptor: Uint8Array.of(0b11110000, 0b00000000) },
 *   { id: 'bridge', descriptor: Uint8Array.of(0b11111111, 0b00000001) },
 * ]);
 * await index.search(Uint8Array.of(0b11111111, 0), { k: 1 }); // [[{ id: 'bridge', distance: 1 }]]
 *
 * const saved = await engine.save();
 * const again = await placeIndex({ bits: 16, engine: memoryEngine({ saved }) });
 * await again.size(); // 2
 * ```
 *
 * The descriptors take bits / 8 bytes a place, rounded up to a multiple of 8, and lie in one memory of at most 4 GB; a
 * JavaScript array holds them where WebAssembly is refused. Closing the index frees them: opened again, the
 * engine is empty.
 *
 * @throws if `saved` is neither bytes nor a file. `placeIndex` throws if it is missing, damaged, of another version, or of other
 * bits.
 */
export function memoryEngine(options: MemoryEngineOptions = {}): MemoryEngine {
  return new PlacesInMemory(readOptions('memoryEngine', options, MEMORY_ENGINE_OPTIONS).saved);
}

class PlacesInMemory implements MemoryEngine {
  readonly name = 'memoryEngine';
  private places: StoredPlaces | undefined;

  constructor(private saved: MemoryEngineOptions['saved']) {}

  async open(bits: number): Promise<void> {
    this.places = await savedPlaces(this.saved, bits);
    // The places are not to take memory twice.
    this.saved = undefined;
  }

  async add(places: readonly Place[]): Promise<void> {
    this.places!.add(places);
  }

  async search(descriptors: Uint8Array, options: EngineSearch): Promise<FoundPlace[][]> {
    if (options.approximate && !this.places!.hasFirstBits) throw notBuilt();
    const bytes = this.places!.bits / 8;
    const queries = Array.from({ length: descriptors.length / bytes }, (_, i) =>
      descriptors.subarray(i * bytes, (i + 1) * bytes),
    );
    return this.places!.search(queries, options);
  }

  async remove(ids: readonly string[]): Promise<number> {
    return this.places!.remove(ids);
  }

  async size(): Promise<number> {
    return this.places!.size;
  }

  async buildApproximate(): Promise<void> {
    this.places!.copyFirstBits();
  }

  async save(file?: PlaceFile): Promise<Uint8Array> {
    if (this.places == null) throw new Error('memoryEngine.save: no index is open.');
    if (file !== undefined && !PLACE_FILE.holds(file)) {
      throw argumentError('memoryEngine.save', 'file', PLACE_FILE.expected, file);
    }
    const saved = await writeSaved(this.places);
    await file?.save(saved);
    return saved;
  }

  async close(): Promise<void> {
    this.places = undefined;
  }
}

async function savedPlaces(
  saved: MemoryEngineOptions['saved'],
  bits: number,
): Promise<StoredPlaces> {
  if (saved == null) return new StoredPlaces(bits);
  if (saved instanceof Uint8Array) return readSaved(saved, bits, 'saved');
  return readSaved(await saved.load(), bits, saved.path);
}
