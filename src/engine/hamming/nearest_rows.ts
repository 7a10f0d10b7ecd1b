import { keepNearest } from './keep_nearest';
import type { Nearer } from './microkernels';

/** Rows that are found before the nearest are sorted out, at least: sorting looks at every possible distance. */
const LEAST_FOUND = 1024;

/** How many pairs of a row and its distance must have room, for at most so many rows at a time. */
export function pairsOf(k: number, tileRows: number): number {
  return k + tileRows + Math.max(k, tileRows, LEAST_FOUND);
}

/** The k rows that are nearest to one query, of those that it has been compared with. */
export class NearestRows {
  private count = 0;
  /** Only rows nearer than it can still be among the k: rows come in their order, and so the first of equals counts. */
  private limit: number;

  /**
   * @param pairs where pairs of rows and distances are collected, [`pairsOf`, 2].
   * @param query the address of the query.
   */
  constructor(
    private readonly pairs: Int32Array,
    private readonly query: number,
    private readonly k: number,
    private readonly bits: number,
  ) {
    this.limit = bits + 1;
  }

  /** Compares the query with `rows` more codes of `bytes`, from the address `codes` on, whose numbers begin at `first`. */
  compare(nearer: Nearer, codes: number, rows: number, bytes: number, first: number): void {
    if (2 * (this.count + rows) > this.pairs.length) this.sortOut();
    const found = this.pairs.byteOffset + 8 * this.count;
    this.count += nearer(codes, rows, bytes, this.query, this.limit, first, found);
  }

  private sortOut(): void {
    this.count = keepNearest(this.pairs, this.count, this.k, this.bits);
    if (this.count === this.k) this.limit = this.pairs[2 * this.k - 1]!;
  }

  /** Pairs of a row and its distance, [found, 2], by distance and then by row. */
  result(): Int32Array {
    this.sortOut();
    return this.pairs.slice(0, 2 * this.count);
  }
}
