import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pgliteEngine, placeIndex, type Place } from '../../src/retrieval';
import { CASE_BITS, describeIndex } from '../support/place_index_cases';
import { randomSource } from '../support/values';
import { printFigure } from './support/figures';
import { PlaceProcess } from './support/place_process';

/*
 * PGlite takes seconds to open a database, and more to make one: all tests use one folder, in their order.
 */

jest.setTimeout(600_000);

/** Each takes as long as opening the database: the environment variable asks for more. */
const KILLS = Number(process.env.PLACE_KILLS ?? 12);
const BATCH = 20;

let home: string;
let folder: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'));
  folder = join(home, 'places');
});
afterAll(() => rmSync(home, { recursive: true }));

const running: PlaceProcess[] = [];
async function open(path = folder, bits = CASE_BITS): Promise<PlaceProcess> {
  const index = new PlaceProcess(path, bits);
  running.push(index);
  await index.opened;
  return index;
}
afterAll(() => Promise.all(running.map((index) => index.kill())));

test('a database that was made in part, as its process was killed, is made anew', async () => {
  const maker = new PlaceProcess(folder, CASE_BITS);
  while (!existsSync(join(folder, 'database.new', 'PG_VERSION'))) await sleep(20);
  await maker.kill();
  expect(readdirSync(folder).sort()).toEqual(['database.new', 'places.lock']);
  const index = await open();
  expect(await index.size()).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['database', 'places.lock']);
  await index.close();
  expect(readdirSync(folder)).toEqual(['database']);
  await index.kill();
});

describeIndex('PGlite', () => open());

test('a folder that is open is refused, also to its own process', async () => {
  const index = await open();
  const message = `pgliteEngine: folder must be a folder that no other index has open (${join(folder, 'places.lock')} names the process), got "${folder}".`;
  await expect(open()).rejects.toThrow(message);
  const engine = pgliteEngine({ folder });
  await expect(placeIndex({ bits: CASE_BITS, engine })).rejects.toThrow(message);
  await index.kill();
});

test('refuses another number of bits, and a damaged database', async () => {
  await expect(open(folder, 72)).rejects.toThrow(
    'pgliteEngine: bits must be 64, as the stored index "places" has, got 72.',
  );
  const damaged = join(home, 'damaged');
  mkdirSync(join(damaged, 'database'), { recursive: true });
  writeFileSync(join(damaged, 'database', 'PG_VERSION'), '99\n');
  await expect(open(damaged)).rejects.toThrow(`${join(damaged, 'database')} cannot be opened`);
  expect(readdirSync(damaged)).toEqual(['database']);
});

test('takes folders in Node, and names of IndexedDB in browsers', async () => {
  const engine = pgliteEngine({ folder: 'idb://places' });
  await expect(placeIndex({ bits: CASE_BITS, engine })).rejects.toThrow(
    'pgliteEngine: folder must be the path of a folder where there is no IndexedDB with Web Locks',
  );
});

/** The places of a batch, each with a descriptor that no other has. */
function batch(number: number): Place[] {
  return Array.from({ length: BATCH }, (_, i) => {
    const descriptor = new Uint8Array(CASE_BITS / 8);
    new DataView(descriptor.buffer).setFloat64(0, Math.PI * (1 + number * BATCH + i));
    return { id: `${number}/${i}`, descriptor };
  });
}

test('processes that are killed while they add keep all adds that have ended, and no part of another', async () => {
  const random = randomSource(1);
  let committed = 0;
  let before: number | undefined;
  for (let kill = 0; kill <= KILLS; kill++) {
    const index = await open();
    const size = await index.size();
    before ??= size;
    // The add that the last process was killed in may have been committed, and not told any more.
    expect([committed * BATCH, (committed + 1) * BATCH]).toContain(size - before);
    committed = (size - before) / BATCH;
    if (committed > 0) {
      const last = batch(committed - 1);
      const rows = Buffer.concat(last.map(({ descriptor }) => descriptor));
      const found = await index.search(rows, { k: 1 });
      expect(found.flat()).toEqual(last.map(({ id }) => ({ id, distance: 0 })));
    }
    if (kill === 0) await index.buildApproximate();
    // The first add of a process is slow: the kills are to fall among the later ones.
    await index.add(batch(committed++));
    const ended = addUntilKilled(index, committed);
    await sleep(random() * 300);
    await index.kill();
    committed += ended();
  }
  printFigure(`places: ${KILLS} kills while ${committed} batches were added, no batch lost or cut`);
  expect(committed).toBeGreaterThan(KILLS);
});

/** @returns what tells the number of adds that have ended. */
function addUntilKilled(index: PlaceProcess, first: number): () => number {
  let ended = 0;
  void (async () => {
    for (;;) {
      await index.add(batch(first + ended));
      ended++;
    }
  })();
  return () => ended;
}
