import { visit, type Visit } from './chromium';
import type { PlacesApi } from './page/places';
import { pageCalls } from './page_calls';
import { siteAndBrowser } from './site_and_browser';

/*
 * `pgliteEngine` with the IndexedDB of headless Chromium.
 */

jest.setTimeout(300_000);

const FOLDER = 'idb://places';
const PLACES = 50;

const opened = siteAndBrowser('places');
let visited: Visit;

beforeAll(async () => {
  visited = await visit(opened.browser, opened.site.urlOf('plain'));
});
afterAll(() => visited?.page.context().close());

test('places are there when the page was loaded again, and one tab at a time has them open', async () => {
  const { page, errors } = visited;
  const call = pageCalls<PlacesApi>(() => page);
  expect(await call('open', FOLDER)).toBe(0);
  expect(await call('add', PLACES)).toBe(PLACES);
  const found = await call('search');
  expect(found.map((matches) => matches.length)).toEqual([5, 5, 5, 5]);

  const second = await page.context().newPage();
  await second.goto(opened.site.urlOf('plain'));
  const callSecond = pageCalls<PlacesApi>(() => second);
  const refusal = `pgliteEngine: folder must be one that no other index has open, in this page or another, got "${FOLDER}".`;
  expect(await callSecond('open', FOLDER)).toBe(refusal);
  expect(await call('open', FOLDER)).toBe(refusal);

  await call('close');
  await page.reload();
  expect(await call('open', FOLDER)).toBe(PLACES);
  expect(await call('search')).toEqual(found);
  expect(errors).toEqual([]);
});
