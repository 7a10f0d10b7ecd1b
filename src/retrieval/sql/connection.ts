/** A row of an answer, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement: the shape that clients of PGlite and of `pg` have. */
export type Query = (
  sql: string,
  parameters?: unknown[],
) => Promise<{ readonly rows: readonly unknown[] }>;

/** An open database. */
export interface Connection {
  readonly query: Query;
  /** All statements that `work` makes count, or none if it throws. */
  transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** The rows of one statement. */
export async function rowsOf<Each = Row>(
  query: Query,
  sql: string,
  ...parameters: unknown[]
): Promise<Each[]> {
  return (await query(sql, parameters)).rows as Each[];
}
