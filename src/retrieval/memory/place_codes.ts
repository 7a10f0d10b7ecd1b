import { Codes, type Run } from '../../engine/hamming/codes';

/** Bits of a code that an approximate search compares first. */
const FIRST_BITS = 512;

/** The fewest codes that an approximate search compares in full, and how many for each of the k that it is to find. */
const LEAST_CANDIDATES = 1000;
const CANDIDATES_EACH = 10;

/** Rows whose first bits are copied at once. */
const BATCH = 4096;

/** The descriptors of places, and their first bits once more, side by side, for approximate searches. */
export class PlaceCodes {
  private readonly whole: Codes;
  private first: Codes | undefined;

  constructor(private readonly bytes: number) {
    this.whole = new Codes(bytes);
  }

  /** Adds all, or none if it throws. @param rows how many there are. */
  add(codes: readonly Uint8Array[], rows: number): void {
    this.whole.add(codes);
    try {
      this.first?.add(codes.map(firstBits));
    } catch (error) {
      this.whole.keep([{ first: 0, count: rows }]);
      throw error;
    }
  }

  keep(runs: readonly Run[]): void {
    this.whole.keep(runs);
    this.first?.keep(runs);
  }

  /** A view, until codes are added or removed. */
  code(row: number): Uint8Array {
    return this.whole.code(row);
  }

  /** As `Codes.search`. */
  search(queries: readonly Uint8Array[], k: number, runs: readonly Run[]): Int32Array[] {
    return this.whole.search(queries, k, runs);
  }

  get hasFirstBits(): boolean {
    return this.first != null;
  }

  /** Makes what `searchFirstBits` needs. @param rows how many there are. */
  copyFirstBits(rows: number): void {
    const first = new Codes(Math.min(this.bytes, FIRST_BITS / 8));
    for (let row = 0; row < rows; row += BATCH) {
      const count = Math.min(BATCH, rows - row);
      first.add(Array.from({ length: count }, (_, i) => firstBits(this.code(row + i))));
    }
    this.first = first;
  }

  /** Compares whole codes only where the first bits are near. */
  searchFirstBits(queries: readonly Uint8Array[], k: number, runs: readonly Run[]): Int32Array[] {
    const count = Math.max(LEAST_CANDIDATES, CANDIDATES_EACH * k);
    const candidates = this.first!.search(queries.map(firstBits), count, runs);
    return candidates.flatMap((pairs, i) => {
      const rows = pairs.filter((_, at) => at % 2 === 0).sort();
      const each = Array.from(rows, (row) => ({ first: row, count: 1 }));
      return this.whole.search([queries[i]!], k, each);
    });
  }
}

function firstBits(code: Uint8Array): Uint8Array {
  return code.subarray(0, FIRST_BITS / 8);
}
