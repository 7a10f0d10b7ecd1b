import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** So many random descriptors of so many bits. */
export interface Case {
  readonly rows: number;
  readonly bits: number;
}

/** The size of Tokyo 24/7's database, and a million. */
export const CASES: readonly Case[] = [
  { rows: 75_984, bits: 2048 },
  { rows: 75_984, bits: 12_288 },
  { rows: 1_000_000, bits: 512 },
  { rows: 1_000_000, bits: 2048 },
];

/** How many queries a call has, and how many calls of each engine count. */
export const CALLS = [
  { queries: 1, rounds: 25 },
  { queries: 32, rounds: 7 },
];

/** Places for a query. */
export const K = 10;

export const caseName = ({ rows, bits }: Case) => `${rows} x ${bits} bits`;

const FOLDER = '.cache/benchmarks/retrieval';
/** Rows that are made at once. */
export const CHUNK_ROWS = 4096;

/** A file of the descriptors, [rows, bits / 8]; made at the first call. */
export function descriptorFile({ rows, bits }: Case): string {
  const file = join(FOLDER, `${rows}x${bits}.bin`);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const random = randomWords(rows + bits);
  const unfinished = `${file}.new`;
  const out = openSync(unfinished, 'w');
  for (let row = 0; row < rows; row += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows - row);
    writeSync(out, Uint32Array.from({ length: (count * bits) / 32 }, random));
  }
  closeSync(out);
  renameSync(unfinished, file);
  return file;
}

/** Queries [queries, bits / 8]: each is a descriptor of `descriptors` with a quarter of its bits drawn anew. */
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
