import { argumentError } from '../../errors';
import { rowsOf, type Query } from './connection';

/** Of what this file makes: another one is refused, never guessed at. */
const VERSION = 1;

/** The oldest pgvector with all that `search.ts` asks for. */
const PGVECTOR = [0, 8];

/** The longest descriptor for which rows fit a page of PostgreSQL (8 KB), and HNSW takes no longer ones. */
export const MOST_BITS = 64_000;

/** Makes the tables of an index, or checks that those which are there belong to an index of `bits` bits. */
export async function openTables(
  where: string,
  query: Query,
  table: string,
  bits: number,
): Promise<void> {
  // Two clients that make one table at the same time would disturb each other. It ends with the transaction.
  await query('select pg_advisory_xact_lock(hashtext($1))', [`tfjs-bitcore ${table}`]);
  await addExtension(where, query);
  if (!(await exists(query, `${table}_about`))) await createTables(where, query, table, bits);
  const about = await rowsOf<About>(query, `select version, bits from ${table}_about`);
  checkAbout(where, table, bits, about[0]);
}

interface About {
  readonly version: number;
  readonly bits: number;
}

function checkAbout(where: string, table: string, bits: number, about: About | undefined): void {
  if (about?.version !== VERSION) {
    const what = `of version ${VERSION} (see the table ${table}_about)`;
    throw argumentError(where, `the stored index "${table}"`, what, about?.version);
  }
  if (about.bits === bits) return;
  throw argumentError(where, 'bits', `${about.bits}, as the stored index "${table}" has`, bits);
}

async function addExtension(where: string, query: Query): Promise<void> {
  try {
    await query('create extension if not exists vector');
  } catch (error) {
    throw new Error(
      `${where}: the database needs the extension pgvector (https://github.com/pgvector/pgvector), and may not add it.`,
      { cause: error },
    );
  }
  const find = `select extversion from pg_extension where extname = 'vector'`;
  const [found] = await rowsOf<{ extversion: string }>(query, find);
  const [major = 0, minor = 0] = found!.extversion.split('.').map(Number);
  if (major > PGVECTOR[0]! || (major === PGVECTOR[0] && minor >= PGVECTOR[1]!)) return;
  const expected = `of version ${PGVECTOR.join('.')} or later`;
  throw argumentError(where, 'the extension pgvector of the database', expected, found!.extversion);
}

export async function exists(query: Query, relation: string): Promise<boolean> {
  const sql = 'select to_regclass($1) is not null as found';
  const [row] = await rowsOf<{ found: boolean }>(query, sql, relation);
  return row!.found;
}

async function createTables(
  where: string,
  query: Query,
  table: string,
  bits: number,
): Promise<void> {
  if (await exists(query, table)) {
    throw argumentError(where, 'table', 'the name of no other table of the database', table);
  }
  // Its order of bytes is the same everywhere, that of a language is not.
  await query(
    `create table ${table} (
      number bigint generated always as identity primary key,
      id text collate "C" not null unique,
      code bit(${bits}) not null,
      east double precision,
      north double precision
    )`,
  );
  // PostgreSQL would move descriptors above 2 KB to another table, where a search finds them one by one.
  await query(`alter table ${table} alter column code set storage plain`);
  await query(`create table ${table}_about (version integer not null, bits integer not null)`);
  await query(`insert into ${table}_about values (${VERSION}, ${bits})`);
}
