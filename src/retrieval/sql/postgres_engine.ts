import { readOptions, type OptionTable } from '../../options/option_table';
import type { PlaceEngine } from '../place_engine';
import type { Connection, Query } from './connection';
import { SqlEngine } from './sql_engine';

/** A connection that a pool lends. */
export interface PostgresClient {
  readonly query: Query;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
  release(destroy?: boolean): void;
}

/** What `postgresEngine` uses of a Pool of `pg`. */
export interface PostgresPool {
  readonly query: Query;
  connect(): Promise<PostgresClient>;
}

/** The options of `postgresEngine`. */
export interface PostgresEngineOptions {
  /** A Pool of the package `pg`, for a database with the extension pgvector 0.8 or later. */
  pool: PostgresPool;
  /**
   * The table of the places: lower-case letters, digits and `_`. Two more names begin with it, `TABLE_about` and `TABLE_hnsw`.
   * Default: 'places'.
   */
  table?: string | undefined;
}

export const POSTGRES_ENGINE_OPTIONS = {
  pool: {
    expected: 'a Pool of pg',
    holds: (value) =>
      ['query', 'connect'].every(
        (name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function',
      ),
    required: true,
  },
  table: {
    // PostgreSQL cuts names after 63 characters.
    expected: 'a name of at most 50 lower-case letters, digits and _, with a letter first',
    holds: (value) => typeof value === 'string' && /^[a-z][a-z0-9_]{0,49}$/.test(value),
    default: 'places',
  },
} as const satisfies OptionTable<PostgresEngineOptions>;

/**
 * Keeps the places of an index in a table of a PostgreSQL server with pgvector. Several programs can use one table at
 * the same time. The table is made if it is missing. The pool stays open: who made it ends it.
 *
 * @throws if an option is wrong. `placeIndex` throws if the server cannot be reached or lacks pgvector 0.8, or the table is
 * of something else.
 */
export function postgresEngine(options: PostgresEngineOptions): PlaceEngine {
  const { pool, table } = readOptions('postgresEngine', options, POSTGRES_ENGINE_OPTIONS);
  return new SqlEngine('postgresEngine', table, async () => connectionOf(pool));
}

function connectionOf(pool: PostgresPool): Connection {
  return {
    query: (sql, parameters) => pool.query(sql, parameters),
    transaction: (work) => inTransaction(pool, work),
    close: async () => undefined,
  };
}

async function inTransaction<Result>(
  pool: PostgresPool,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // A connection that breaks tells its user twice: by the statement that fails, and by this event.
  const ignore = () => undefined;
  client.on('error', ignore);
  let isBroken = false;
  try {
    await client.query('begin');
    const result = await work((sql, parameters) => client.query(sql, parameters));
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => (isBroken = true));
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(isBroken);
  }
}
