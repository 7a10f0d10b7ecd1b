import { GrowingMemory } from './growing_memory';
import { NearestRows, pairsOf } from './nearest_rows';

/** Rows that follow one another. */
export interface Run {
  readonly first: number;
  readonly count: number;
}

/** Bytes of codes that all queries of a block are compared with in turn: they stay in a processor's cache. */
const TILE_BYTES = 1 << 17;

/** Bytes that the rows found for a block of queries may take. */
const BLOCK_BYTES = 1 << 23;

/** Codes of one length in one memory, and the exact search among them. Behind the codes lies what a search needs. */
export class Codes {
  private readonly memory = new GrowingMemory();
  /** Bytes from a code to the next: a multiple of 8. */
  private readonly stride: number;
  private rows = 0;

  constructor(private readonly bytes: number) {
    this.stride = Math.ceil(bytes / 8) * 8;
  }

  /**
   * Adds codes of `bytes` behind the others.
   * @throws if the system refuses the memory. Then nothing has changed.
   */
  add(codes: readonly Uint8Array[]): void {
    const end = this.rows * this.stride;
    this.memory.reserve(end + codes.length * this.stride);
    this.write(codes, end);
    this.rows += codes.length;
  }

  /** Keeps these rows alone, which are in their order, and numbers them anew. */
  keep(runs: readonly Run[]): void {
    const all = new Uint8Array(this.memory.buffer);
    this.rows = 0;
    for (const { first, count } of runs) {
      const from = first * this.stride;
      all.copyWithin(this.rows * this.stride, from, from + count * this.stride);
      this.rows += count;
    }
  }

  /** A view of a code, until codes are added or removed. */
  code(row: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, row * this.stride, this.bytes);
  }

  /**
   * @param queries of `bytes`.
   * @param runs the rows to search, in their order.
   * @returns for each query pairs of a row and its distance in bits, [k or fewer, 2], by distance and then by row.
   */
  search(queries: readonly Uint8Array[], k: number, runs: readonly Run[]): Int32Array[] {
    const rows = runs.reduce((total, { count }) => total + count, 0);
    const kept = Math.min(k, rows);
    const tiles = tilesOf(runs, Math.max(1, Math.floor(TILE_BYTES / this.stride)));
    const tileRows = tiles.reduce((most, { count }) => Math.max(most, count), 0);
    const pairs = pairsOf(kept, tileRows);
    const blockSize = Math.max(1, Math.floor(BLOCK_BYTES / (8 * pairs)));
    const result: Int32Array[] = [];
    for (let from = 0; from < queries.length; from += blockSize) {
      const block = queries.slice(from, from + blockSize);
      result.push(...this.searchBlock(block, kept, tiles, pairs));
    }
    return result;
  }

  private searchBlock(
    queries: readonly Uint8Array[],
    k: number,
    tiles: readonly Run[],
    pairs: number,
  ) {
    const { stride, memory } = this;
    const queriesAt = this.rows * stride;
    const pairsAt = queriesAt + queries.length * stride;
    memory.reserve(pairsAt + 8 * pairs * queries.length);
    this.write(queries, queriesAt);
    const nearest = queries.map((_, i) => {
      const room = new Int32Array(memory.buffer, pairsAt + 8 * pairs * i, 2 * pairs);
      return new NearestRows(room, queriesAt + i * stride, k, 8 * this.bytes);
    });
    const { nearer } = memory;
    for (const { first, count } of tiles) {
      for (const rows of nearest) rows.compare(nearer, first * stride, count, stride, first);
    }
    return nearest.map((rows) => rows.result());
  }

  /** Writes codes from an address on, with zeros behind each up to the stride. */
  private write(codes: readonly Uint8Array[], address: number): void {
    const all = new Uint8Array(this.memory.buffer, address, codes.length * this.stride);
    if (this.bytes < this.stride) all.fill(0);
    codes.forEach((code, i) => all.set(code, i * this.stride));
  }
}

function tilesOf(runs: readonly Run[], most: number): Run[] {
  const tiles: Run[] = [];
  for (const { first, count } of runs) {
    const end = first + count;
    for (let at = first; at < end; at += most)
      tiles.push({ first: at, count: Math.min(most, end - at) });
  }
  return tiles;
}
