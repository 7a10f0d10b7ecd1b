import * as tf from '@tensorflow/tfjs';
import {
  memoryEngine,
  placeIndex,
  type PlaceEngine,
  type PlaceIndex,
} from 'tfjs-bitcore/retrieval';
import { CHUNK_ROWS, type Case } from './cases';
import type { Subject } from './subject';

/** The memory engine with SIMD and in plain JavaScript, on one index. */
export async function memorySubjects(descriptors: Uint8Array, each: Case): Promise<Subject[]> {
  const index = await filledIndex(memoryEngine(), descriptors, each);
  const useSimd = (use: boolean) => () => tf.env().set('BITCORE_USE_WASM_SIMD', use);
  const plain = indexSubject('memoryEngine, plain JavaScript', index, useSimd(false));
  return [indexSubject('memoryEngine', index, useSimd(true)), { ...plain, oneQueryOnly: true }];
}

/** An index whose ids are the numbers of the rows. */
async function filledIndex(
  engine: PlaceEngine,
  descriptors: Uint8Array,
  { rows, bits }: Case,
): Promise<PlaceIndex> {
  const index = await placeIndex({ bits, engine });
  const bytes = bits / 8;
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const places = Array.from({ length: Math.min(CHUNK_ROWS, rows - first) }, (_, i) => {
      const at = (first + i) * bytes;
      return { id: `${first + i}`, descriptor: descriptors.subarray(at, at + bytes) };
    });
    await index.add(places);
  }
  return index;
}

function indexSubject(name: string, index: PlaceIndex, prepare: () => void): Subject {
  return {
    name,
    async search(queries, k) {
      prepare();
      const start = performance.now();
      const found = await index.search(queries, { k });
      const ms = performance.now() - start;
      const rows = found.map((matches) =>
        matches.map(({ id, distance }) => ({ row: Number(id), distance })),
      );
      return { ms, found: rows };
    },
    close: () => index.close(),
  };
}
