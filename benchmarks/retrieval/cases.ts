/** So many descriptors of so many bits, and the databases that hold them. */
export interface Case {
  readonly rows: number;
  readonly bits: number;
  readonly databases: ReadonlyArray<'PGlite' | 'PostgreSQL'>;
  /** Whether the databases build a graph for approximate searches: that takes long. */
  readonly hasGraph: boolean;
}

const CITY = { rows: 75_984, databases: ['PGlite', 'PostgreSQL'], hasGraph: true } as const;
const MILLION = { rows: 1_000_000, databases: ['PostgreSQL'], hasGraph: false } as const;

/** The size of Tokyo 24/7's database, and a million. */
export const CASES: readonly Case[] = [
  { ...CITY, bits: 2048 },
  { ...CITY, bits: 12_288 },
  { ...MILLION, bits: 512 },
  { ...MILLION, bits: 2048 },
];

/** How many queries a call has, and how many calls of each engine count. */
export const CALLS = [
  { queries: 1, rounds: 25 },
  { queries: 32, rounds: 7 },
];

/** Places for a query. */
export const K = 10;

/** For the recall of approximate searches. */
export const RECALL_QUERIES = 500;

/** Rows that are made, and added, at once. */
export const CHUNK_ROWS = 4096;

export const caseName = ({ rows, bits }: Case) => `${rows} x ${bits} bits`;
