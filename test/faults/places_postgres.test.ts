import type { Pool } from 'pg';
import {
  placeIndex,
  postgresEngine,
  recallAtK,
  type Place,
  type PlaceIndex,
} from '../../src/retrieval';
import { CASE_BITS, describeIndex } from '../support/place_index_cases';
import { randomSource } from '../support/values';
import { printFigure } from './support/figures';
import { PostgresServer } from '../../scripts/postgres_server';

let server: PostgresServer;
let pool: Pool;
beforeAll(async () => {
  server = await PostgresServer.start();
  pool = server.pool();
});
afterAll(() => server.stop());

const random = randomSource(5);
const randomPlaces = (count: number, bits: number): Place[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `place ${i}`,
    descriptor: Uint8Array.from({ length: bits / 8 }, () => Math.floor(random() * 256)),
    position: { east: i, north: -i },
  }));
const open = (table: string, bits = CASE_BITS) =>
  placeIndex({ bits, engine: postgresEngine({ pool, table }) });
const count = async (table: string) =>
  Number((await pool.query<{ count: string }>(`select count(*) from ${table}`)).rows[0].count);

describeIndex('PostgreSQL', () => open('cases'));

test('an index that is opened again is the same, and its order goes on', async () => {
  const places = randomPlaces(3, CASE_BITS).map((place) => ({
    ...place,
    descriptor: new Uint8Array(CASE_BITS / 8),
  }));
  const first = await open('again');
  await first.add([places[2], places[0]]);
  await first.close();
  const second = await open('again');
  await second.remove(['place 2']);
  await second.add([places[1], places[2]]);
  const [found] = await second.search(places[0].descriptor, { k: 3 });
  expect(found.map(({ id }) => id)).toEqual(['place 0', 'place 1', 'place 2']);
});

test('refuses tables of something else, of another version or of other bits', async () => {
  await open('sized');
  await expect(open('sized', 72)).rejects.toThrow(
    'postgresEngine: bits must be 64, as the stored index "sized" has, got 72.',
  );
  await pool.query('update sized_about set version = 2');
  await expect(open('sized')).rejects.toThrow(
    'postgresEngine: the stored index "sized" must be of version 1 (see the table sized_about), got 2.',
  );
  await pool.query('create table other (id text)');
  await expect(open('other')).rejects.toThrow(
    'postgresEngine: table must be the name of no other table of the database, got "other".',
  );
  await expect(open('long', 64_008)).rejects.toThrow('bits must be at most 64000, got 64008.');
  for (const table of ['A', 'a-b', '', 'a"', '1a', 'a'.repeat(51)]) {
    expect(() => postgresEngine({ pool, table })).toThrow('postgresEngine: table must be a name');
  }
  const engine = postgresEngine({ pool, table: 'twice' });
  await placeIndex({ bits: 64, engine });
  await expect(placeIndex({ bits: 64, engine })).rejects.toThrow(
    'placeIndex: engine must be one that no open index uses, got "postgresEngine".',
  );
});

test('several programs make one table at the same time', async () => {
  const indexes = await Promise.all(Array.from({ length: 8 }, () => open('raced')));
  const sizes = await Promise.all(indexes.map((index) => index.size()));
  expect(sizes).toEqual(Array(8).fill(0));
});

test('of several adds of one id at the same time, one succeeds', async () => {
  const indexes = await Promise.all([open('added'), open('added'), open('added')]);
  const places = randomPlaces(200, CASE_BITS);
  const added = await Promise.allSettled(
    indexes.map((index, i) => index.add([...places.slice(i), ...places.slice(0, i)])),
  );
  expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await count('added')).toBe(200);
});

test('descriptors of the most bits, and more of them than one statement takes', async () => {
  const index = await open('longest', 64_000);
  const places = randomPlaces(530, 64_000);
  await index.add(places);
  const [[found]] = await index.search(places[529].descriptor, { k: 1 });
  expect(found).toMatchObject({ id: 'place 529', distance: 0 });
  await index.buildApproximate();
});

test('an add whose connection breaks adds nothing, and the next one works', async () => {
  const index = await open('broken', 512);
  // For two statements.
  const places = Array.from({ length: 80_000 }, (_, i) => ({
    id: String(i),
    descriptor: new Uint8Array(64),
  }));
  const end = async () => {
    for (;;) {
      const { rows } = await pool.query<{ done: boolean }>(
        `select pg_terminate_backend(pid) as done from pg_stat_activity
         where query like '%insert into broken%' and pid <> pg_backend_pid()`,
      );
      if (rows.length > 0) return;
    }
  };
  await Promise.all([expect(index.add(places)).rejects.toThrow(), end()]);
  expect(await count('broken')).toBe(0);
  await index.add(places.slice(0, 10));
  expect(await index.size()).toBe(10);
});

describe('an approximate search', () => {
  const bits = 256;
  const places = randomPlaces(1500, bits);
  let index: PlaceIndex;
  beforeAll(async () => {
    index = await open('approximate', bits);
    await index.add(places.slice(0, 1250));
  });

  /** A place's descriptor with some bits changed. */
  const queries = places
    .slice(0, 50)
    .map(({ descriptor }) =>
      descriptor.map((byte) => byte ^ (random() < 0.3 ? 1 << Math.floor(random() * 8) : 0)),
    );

  test('is refused before it is built', async () => {
    await expect(index.search(queries[0], { k: 1, approximate: true })).rejects.toThrow(
      'PlaceIndex.search: approximate must be false before buildApproximate(), got true.',
    );
  });

  test('finds most of what an exact one finds, also of later adds, and near a position', async () => {
    await index.buildApproximate();
    await index.buildApproximate();
    await index.add(places.slice(1250));
    const rows = Buffer.concat(queries);
    const near = { position: { east: 30, north: -30 }, radius: 40 };
    for (const options of [{ k: 1 }, { k: 10, near }]) {
      const exact = await index.search(rows, options);
      const found = await index.search(rows, { ...options, approximate: true });
      const ids = (lists: typeof found) => lists.map((list) => list.map(({ id }) => id));
      const recall = recallAtK(ids(found), ids(exact), 1);
      printFigure(`places: recall@1 of HNSW ${recall} (${JSON.stringify(options)})`);
      expect(recall).toBeGreaterThan(0.9);
    }
    const [[last]] = await index.search(places[1499].descriptor, { k: 1, approximate: true });
    expect(last).toMatchObject({ id: 'place 1499', distance: 0 });
  });

  test('leaves exact searches exact', async () => {
    const plan = await pool.query<{ 'QUERY PLAN': string }>(
      `explain select id from approximate order by hamming_distance(code, $1::bit(${bits})), number limit 1`,
      [`x${'0'.repeat(bits / 4)}`],
    );
    expect(JSON.stringify(plan.rows)).not.toContain('hnsw');
  });
});
