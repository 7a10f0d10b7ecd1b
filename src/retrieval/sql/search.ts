import type { EngineSearch, FoundPlace, Near } from '../place_engine';
import { rowsOf, type Query } from './connection';

interface FoundRow {
  readonly id: string;
  readonly distance: number;
  readonly east: number | null;
  readonly north: number | null;
}

/** The nearest places of one query. */
export async function nearest(
  query: Query,
  table: string,
  bits: number,
  code: string,
  { k, near, approximate }: EngineSearch,
): Promise<FoundPlace[]> {
  const where = near == null ? '' : IS_NEAR;
  const sql = (approximate ? approximateSql : exactSql)(table, `$1::bit(${bits})`, where);
  const rows = await rowsOf<FoundRow>(query, sql, code, k, ...(near == null ? [] : circle(near)));
  return rows.map(found);
}

/** With the roundings that `EngineSearch` tells. */
const IS_NEAR = `where sqrt(
  (east - $3::double precision) * (east - $3::double precision) +
  (north - $4::double precision) * (north - $4::double precision)
) <= $5::double precision`;

function circle({ position, radius }: Near): number[] {
  return [position.east, position.north, radius];
}

/** The operator `<~>` would let PostgreSQL use the HNSW index, which misses places: the function does not. */
function exactSql(table: string, code: string, where: string): string {
  return `
    select id, hamming_distance(code, ${code})::integer as distance, east, north
    from ${table} ${where}
    order by distance, number limit $2::bigint`;
}

function approximateSql(table: string, code: string, where: string): string {
  return `
    select id, distance, east, north from (
      select id, number, (code <~> ${code})::integer as distance, east, north
      from ${table} ${where}
      order by code <~> ${code} limit $2::bigint
    ) as found
    order by distance, number`;
}

function found({ id, distance, east, north }: FoundRow): FoundPlace {
  if (east == null || north == null) return { id, distance };
  return { id, distance, position: { east, north } };
}

/** The least and the most that pgvector takes, and its own default in between for few places. */
const [LEAST_CANDIDATES, MOST_CANDIDATES] = [100, 1000];

/** For the transaction: the HNSW index is used, and goes on until it has found k places that are near. */
export async function useHnsw(query: Query, k: number): Promise<void> {
  const candidates = Math.min(MOST_CANDIDATES, Math.max(LEAST_CANDIDATES, 2 * k));
  await query('set local enable_seqscan = off');
  await query('set local hnsw.iterative_scan = strict_order');
  await query(`set local hnsw.ef_search = ${candidates}`);
}
