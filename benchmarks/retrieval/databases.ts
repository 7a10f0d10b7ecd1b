import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pgliteEngine, postgresEngine, type PlaceEngine } from 'tfjs-bitcore/retrieval';
import { PostgresServer } from '../../scripts/postgres_server';

/** A database that is made for one case. */
export interface Database {
  readonly name: string;
  readonly engine: PlaceEngine;
  /** On disk, without the log that every database has for crashes. */
  bytes(): Promise<number>;
  /** Removes it, after its index is closed. */
  remove(): Promise<void>;
}

export const DATABASES = { PGlite: newPglite, PostgreSQL: newPostgres };

async function newPglite(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-bitcore-pglite-'));
  return {
    name: 'PGlite',
    engine: pgliteEngine({ folder }),
    bytes: () => bytesIn(join(folder, 'database', 'base')),
    remove: () => rm(folder, { recursive: true }),
  };
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const all = await Promise.all(names.map((name) => stat(join(folder, name))));
  const files = all.filter((each) => each.isFile());
  return files.reduce((total, { size }) => total + size, 0);
}

/** The graph is to be built in memory: PostgreSQL's default has no room for that of 12,288 bits. */
export const SERVER_SETTINGS = { maintenance_work_mem: '512MB' };

async function newPostgres(): Promise<Database> {
  const server = await PostgresServer.start(SERVER_SETTINGS);
  const pool = server.pool();
  return {
    name: 'PostgreSQL',
    engine: postgresEngine({ pool }),
    async bytes() {
      const sql = 'select pg_database_size(current_database())::float8 as bytes';
      return (await pool.query<{ bytes: number }>(sql)).rows[0].bytes;
    },
    remove: () => server.stop(),
  };
}
