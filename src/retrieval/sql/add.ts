import { idTaken, type Place } from '../place_engine';
import { bitText } from './codes';
import { rowsOf, type Query } from './connection';

/** Of one statement: far below what a string of JavaScript and a message to a server may have. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Adds places within a transaction, in their order. */
export async function addPlaces(
  query: Query,
  table: string,
  bits: number,
  places: readonly Place[],
): Promise<void> {
  const count = Math.max(1, Math.floor((MOST_BYTES * 4) / bits));
  for (let start = 0; start < places.length; start += count) {
    await insert(query, table, bits, places.slice(start, start + count));
  }
}

/** An id that the table has leaves its row out, also if another client has added it just now. */
async function insert(
  query: Query,
  table: string,
  bits: number,
  places: readonly Place[],
): Promise<void> {
  const sql = `
    insert into ${table} (id, code, east, north)
    select id, code::bit(${bits}), east, north
    from rows from (
      json_to_recordset($1::text::json) as (id text, code text, east double precision, north double precision)
    ) with ordinality as given (id, code, east, north, place)
    order by place
    on conflict (id) do nothing
    returning id`;
  const rows = await rowsOf<{ id: string }>(query, sql, JSON.stringify(places.map(record)));
  if (rows.length === places.length) return;
  const added = new Set(rows.map(({ id }) => id));
  throw idTaken(places.find(({ id }) => !added.has(id))!.id);
}

/** JSON keeps every float64. */
function record({ id, descriptor, position }: Place) {
  return { id, code: bitText(descriptor), ...position };
}
