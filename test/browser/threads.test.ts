import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'playwright-core';
import { visit, type Visit } from './chromium';
import { pageCalls } from './page_calls';
import type { Access } from './site';
import { siteAndBrowser } from './site_and_browser';

/*
 * Threads that share products in the heap of tfjs, in headless Chromium.
 */

jest.setTimeout(60_000);

const KILLS = 30;

const opened = siteAndBrowser();
let visited: Visit;
const call = pageCalls(() => visited.page);

/** A page whose threads have not been started. */
async function open(access: Access, threads: number): Promise<void> {
  visited = await visit(opened.browser, opened.site.urlOf(access));
  await call('startBackend', 'wasm', threads);
}

afterEach(() => visited.page.context().close());

describe('the same outputs', () => {
  const hashes = new Set<number | undefined>();
  test.each([
    ['isolated', 1, 1],
    ['isolated', 2, 2],
    ['isolated', 4, 4],
    ['plain', 4, 1],
  ] as const)('on a page that is %s, where %i threads are wanted and %i run', async (...row) => {
    const [access, wanted, running] = row;
    await open(access, wanted);
    await call('threadsRun', running);
    const { failures, hash } = await call('sharedGrid');
    expect(failures).toEqual([]);
    expect(await call('sharedAttention')).toEqual([]);
    expect(await call('sharedConvolutions')).toEqual([]);
    hashes.add(hash);
    expect(hashes.size).toBe(1);
    expect(visited.errors).toEqual([]);
  });
});

test('workers start only after the page has returned to its event loop: until then one thread computes', async () => {
  await open('isolated', 4);
  expect((await call('sharedGrid')).failures).toEqual([]);
  await call('threadsRun', 4);
});

test('2000 calls at random while the heap grows', async () => {
  await open('isolated', 3);
  await call('threadsRun', 3);
  const { failures, grownBy, tensorsLeft } = await call('randomSharedCalls', 2000, 1);
  expect(failures).toEqual([]);
  expect(grownBy).toBeGreaterThan(50 * 2 ** 20);
  expect(tensorsLeft).toBe(0);
});

test(`${KILLS} workers die in the middle of a product, each on its own`, async () => {
  await open('isolated', 2);
  const { failures, times } = await call('workersDie', KILLS, 'throw new Error()');
  expect(failures).toEqual([]);
  expect(times).toHaveLength(KILLS);
  expect(times[KILLS >> 1]).toBeLessThan(1000);
  expect(visited.errors).toEqual([]);
});

test('a worker that closes itself in the middle of a product', async () => {
  await open('isolated', 2);
  expect((await call('workersDie', 1, 'close(); throw new Error()')).failures).toEqual([]);
});

test('a worker that is late writes to no memory of later products', async () => {
  await open('isolated', 2);
  expect(await call('workerIsLate')).toEqual([]);
});

test('workers that the page terminates', async () => {
  await open('isolated', 3);
  expect(await call('workersAreTerminated')).toEqual([]);
});

test('workers end when the backend is removed', async () => {
  await open('isolated', 3);
  await call('threadsRun', 3);
  expect(await call('workersAroundRemoval')).toEqual([2, 0]);
});

test('without worker-src blob:, one thread computes, and tfjs must be told to load no threads of its own', async () => {
  const url = `${opened.site.urlOf('withoutWorkers')}?tfjsflags=WASM_HAS_MULTITHREAD_SUPPORT:false`;
  visited = await visit(opened.browser, url);
  await call('startBackend', 'wasm', 4);
  await call('threadsRun', 1);
  expect((await call('sharedGrid')).failures).toEqual([]);
  await call('threadsRun', 1);
  expect(visited.errors).toEqual([]);
});

test('where the page forbids workers when tfjs has started its own, one thread computes', async () => {
  await open('isolated', 4);
  await call('forbidWorkers');
  await call('threadsRun', 1);
  expect((await call('sharedGrid')).failures).toEqual([]);
  await call('threadsRun', 1);
  for (const error of visited.errors) expect(error).toMatch(/Content Security Policy/);
});

test('tfjs in a worker has workers of its own', async () => {
  visited = await visit(opened.browser, opened.site.urlOf('isolated'));
  const [worker] = await Promise.all([
    visited.page.waitForEvent('worker'),
    visited.page.evaluate("new Worker('main.js', { type: 'module' }) && undefined"),
  ]);
  const callWorker = await callsOfLoaded(worker);
  await callWorker('startBackend', 'wasm', 2);
  await callWorker('threadsRun', 2);
  expect((await callWorker('sharedGrid')).failures).toEqual([]);
  expect(visited.errors).toEqual([]);
});

async function callsOfLoaded(worker: Worker) {
  while (!(await worker.evaluate<boolean>("'bitcore' in globalThis")));
  return pageCalls(() => worker);
}

test('nothing of a page that is closed while it computes goes on', async () => {
  const session = await opened.browser.newBrowserCDPSession();
  const renderers = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer');
  };
  await open('isolated', 4);
  await call('threadsRun', 4);
  const computing = call('computeForever').catch(() => 'closed');
  await visited.page.waitForTimeout(500);
  const [{ id }] = (await renderers()).sort((a, b) => b.cpuTime - a.cpuTime);
  await visited.page.close();
  expect(await computing).toBe('closed');
  while ((await renderers()).some((renderer) => renderer.id === id)) await sleep(50);
});
