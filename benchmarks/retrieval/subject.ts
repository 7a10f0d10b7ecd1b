/** What a search found for each query, the nearest first, by row. */
export type Found = ReadonlyArray<
  ReadonlyArray<{ readonly row: number; readonly distance: number }>
>;

/** A way to search the descriptors of a case. */
export interface Subject {
  readonly name: string;
  /** Whether it may miss places. */
  readonly isApproximate?: true;
  /** Whether its calls have one query alone: with more, a query takes it as long. */
  readonly oneQueryOnly?: true;
  /** Searches for queries [queries, bits / 8], and says how many milliseconds it took. */
  search(queries: Uint8Array, k: number): Promise<{ readonly ms: number; readonly found: Found }>;
}

/** What it took to keep the descriptors of a case. */
export interface Kept {
  readonly engine: string;
  readonly addSeconds: number;
  readonly bytes: number;
  /** What approximate searches need beside. */
  readonly graph?: { readonly seconds: number; readonly bytes: number };
}

/** An engine that holds the descriptors of a case. */
export interface Store {
  readonly subjects: readonly Subject[];
  readonly kept?: Kept;
  close(): Promise<void>;
}
