import type { Recalls } from './search';

/** One row of the table. */
export interface Row extends Recalls {
  readonly name: string;
  /** Of R@1. */
  readonly standardError: number;
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
  readonly rows: readonly Row[];
  /** Whether the packed nets gave the same floats as the trained ones. */
  readonly identical: boolean;
  readonly seconds: number;
}

/** How much better the R@1 of one row is than that of another. */
export interface Difference {
  readonly name: string;
  readonly than: string;
  readonly mean: number;
  /** Over the seeds; undefined with one. */
  readonly standardError: number | undefined;
}

const COMPARED = [
  ['float', 'teacher'],
  ['ternary', 'float'],
  ['ternary, binary', 'ternary'],
  ['sparse 40 %', 'sparse 0 %'],
] as const;

/** Of a share that was counted over so many queries. */
export function standardErrorOfShare(share: number, queries: number): number {
  return Math.sqrt((share * (1 - share)) / queries);
}

/** The means of what was found with several seeds; errors are then those of the means. */
export function averageOf(rounds: readonly Results[]): Results {
  const [first] = rounds;
  if (rounds.length === 1) return first;
  const rows = first.rows.map((row, i) => {
    const same = rounds.map((round) => round.rows[i]);
    const mean = (name: 'at1' | 'at5' | 'at10' | 'searchMs') =>
      meanOf(same.map((other) => other[name]));
    return {
      ...row,
      ...{ at1: mean('at1'), at5: mean('at5'), at10: mean('at10'), searchMs: mean('searchMs') },
      standardError: standardErrorOfMean(same.map(({ at1 }) => at1)),
    };
  });
  return {
    ...first,
    rows,
    identical: rounds.every(({ identical }) => identical),
    seconds: rounds.reduce((total, { seconds }) => total + seconds, 0),
  };
}

/** Of the nets that the example is about, each with its error over the seeds. */
export function differencesOf(rounds: readonly Results[]): Difference[] {
  return COMPARED.map(([name, than]) => {
    const differences = rounds.map(({ rows }) => at1Of(rows, name) - at1Of(rows, than));
    const standardError = rounds.length > 1 ? standardErrorOfMean(differences) : undefined;
    return { name, than, mean: meanOf(differences), standardError };
  });
}

function at1Of(rows: readonly Row[], wanted: string): number {
  return rows.find(({ name }) => name === wanted)!.at1;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function standardErrorOfMean(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
