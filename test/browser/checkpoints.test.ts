import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { visit } from './chromium';
import { pageCalls } from './page_calls';
import { siteAndBrowser } from './site_and_browser';

/*
 * The callback `checkpoints` with the IndexedDB of headless Chromium.
 */

jest.setTimeout(120_000);

const CLOSED_PAGES = 5;

const opened = siteAndBrowser();
let context: BrowserContext;
let page: Page;
const call = pageCalls(() => page);

beforeAll(async () => {
  ({ page } = await visit(opened.browser, opened.site.urlOf('plain')));
  context = page.context();
});

async function openAnew(): Promise<void> {
  await page.close();
  page = await context.newPage();
  await page.goto(opened.site.urlOf('plain'));
  await call('start', 'cpu');
}

test('they keep the last ones and the best one, and training goes on from them on another page', async () => {
  await call('start', 'cpu');
  const whole = await call('continueTraining', 'whole', 5);
  const first = await call('continueTraining', 'parted', 3);
  expect([whole.from, first.from]).toEqual([0, 0]);
  await openAnew();
  expect(await call('checkpointIn', 'parted', 'last-1-of-3')).toEqual({
    ...first,
    from: 3,
  });
  expect(await call('continueTraining', 'parted', 5)).toEqual({ ...whole, from: 3 });
  const places = ['best', 'last-1-of-3', 'last-2-of-3', 'last-3-of-3'];
  const epochs = [];
  for (const name of places) epochs.push((await call('checkpointIn', 'parted', name)).from);
  expect(epochs).toEqual([1, 3, 4, 5]);
  expect(await call('placesInIndexedDB')).toEqual(
    ['parted', 'whole'].flatMap((run) => places.map((name) => `indexeddb://${run}-${name}`)),
  );
});

test('they are whole when the page is closed while it trains', async () => {
  let before = 0;
  for (let round = 0; round < CLOSED_PAGES; round++) {
    void call('continueTraining', 'closed', 1e9).catch(() => undefined);
    await sleep(500 + 37 * round);
    await openAnew();
    const { from, weights } = await call('continueTraining', 'closed', 0);
    expect(from).toBeGreaterThanOrEqual(before);
    const expected = await call('continueTraining', 'expected', from);
    expect(weights).toEqual(expected.weights);
    before = from;
  }
  expect(before).toBeGreaterThan(3);
});
