import type { Recalls } from './search';

/** One row of the table. */
export interface Row extends Recalls {
  readonly name: string;
  /** Share of the inputs of ternary layers that are left out, or undefined where none can be. */
  readonly sparsity?: number;
  /** Whether descriptors are compared by their bits. */
  readonly binary: boolean;
  /** Bytes of the files of the net, 0 without one, and of the descriptors of the database. */
  readonly modelBytes: number;
  readonly databaseBytes: number;
  /** Milliseconds of one view on the backend wasm, undefined without a net, and of one search. */
  readonly viewMs?: number;
  readonly searchMs: number;
}

export interface Results {
  readonly trainingPlaces: number;
  readonly databaseViews: number;
  readonly queries: number;
  readonly rows: Row[];
  /** Whether the packed nets gave the same floats as the trained ones. */
  readonly identical: boolean;
  readonly seconds: number;
}

/** Of a share that was counted over so many queries. */
export function standardError(share: number, queries: number): number {
  return Math.sqrt((share * (1 - share)) / queries);
}
