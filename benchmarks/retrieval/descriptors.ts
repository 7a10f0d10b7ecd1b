import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CHUNK_ROWS, type Case } from './cases';

/*
 * Each descriptor is a center with a quarter of its bits changed: descriptors of one center are near to each other, as
 * those of one street are. Among independent descriptors all would be equally far, and approximate searches, which
 * go from neighbor to neighbor, would find nothing.
 */

export const CENTERS = 4000;

const FOLDER = '.cache/benchmarks/retrieval';

/** A file of the descriptors, [rows, bits / 8]; made at the first call. */
export function descriptorFile({ rows, bits }: Case): string {
  const file = join(FOLDER, `${rows}x${bits}-of-${CENTERS}.bin`);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const random = randomWords(rows + bits);
  const words = bits / 32;
  const centers = Uint32Array.from({ length: CENTERS * words }, random);
  const unfinished = `${file}.new`;
  const out = openSync(unfinished, 'w');
  for (let row = 0; row < rows; row += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows - row);
    writeSync(out, aroundCenters(centers, words, count, random));
  }
  closeSync(out);
  renameSync(unfinished, file);
  return file;
}

function aroundCenters(
  centers: Uint32Array,
  words: number,
  count: number,
  random: () => number,
): Uint32Array {
  const made = new Uint32Array(count * words);
  for (let row = 0; row < count; row++) {
    const center = (random() % CENTERS) * words;
    for (let i = 0; i < words; i++) {
      made[row * words + i] = centers[center + i] ^ (random() & random());
    }
  }
  return made;
}

/** Queries [queries, bits / 8]: each is a descriptor of `descriptors` with an eighth of its bits changed. */
export function queriesOf(
  descriptors: Uint8Array,
  { rows, bits }: Case,
  count: number,
): Uint8Array {
  const random = randomWords(1);
  const bytes = bits / 8;
  const queries = new Uint8Array(count * bytes);
  for (let query = 0; query < count; query++) {
    const row = random() % rows;
    for (let i = 0; i < bytes; i++) {
      const changed = random() & random() & random() & 255;
      queries[query * bytes + i] = descriptors[row * bytes + i] ^ changed;
    }
  }
  return queries;
}

/** Marsaglia's xorshift. */
function randomWords(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
