import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { folderOfSeed } from '../../examples/places/options';
import { launchChromium, visit, type Visit } from './chromium';
import { expectedMatches, type Expected } from './places_page/expected';
import { SEED, saveUntrained } from './places_page/untrained';
import { startProgram, type Program } from './program';

/*
 * The page of examples/places in Chromium, from the real command. Its net has random weights: it need not find what is
 * right, but what it finds must be what Node finds.
 */

jest.setTimeout(300_000);

const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 3,
  hasTouch: true,
  isMobile: true,
};

const folder = mkdtempSync(join(tmpdir(), 'places-page-'));
const ofSeed = folderOfSeed(folder, SEED);
let browser: Browser;
let program: Program;
let expected: Expected[][];
const visits: Visit[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  await saveUntrained(ofSeed);
  const args = ['--out', folder, '--port', '0'];
  program = await startProgram('examples/places/page/main.ts', args, /http:\S+(?=\/\n)/);
  expected = await expectedMatches(ofSeed);
});

afterEach(async () => {
  for (const { page, errors } of visits.splice(0)) {
    await page.context().close();
    expect(errors).toEqual([]);
  }
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
  rmSync(folder, { recursive: true });
});

async function open(options?: BrowserContextOptions): Promise<Page> {
  const visited = await visit(browser, program.url, options);
  visits.push(visited);
  await answered(visited.page);
  return visited.page;
}

async function answered(page: Page): Promise<void> {
  await page.locator('main[aria-busy=false]').waitFor();
}

/** The matches in the list, and those on the map by rank. */
async function shown(page: Page) {
  await answered(page);
  const items = await page.locator('#matches li').all();
  const list = await Promise.all(
    items.map(async (item): Promise<Expected> => {
      const number = async (name: string) =>
        parseInt((await item.locator(`.${name}`).innerText()).replace(',', ''), 10);
      return {
        view: Number(await item.getAttribute('data-view')),
        bits: await number('bits'),
        metres: await number('metres'),
        right: (await item.getAttribute('class')) === 'right',
      };
    }),
  );
  const onMap: Record<string, string> = {};
  for (const marker of await page.locator('#map g[data-view]').all()) {
    const rank = await marker.locator('text').textContent();
    onMap[rank!] =
      `${await marker.getAttribute('data-view')} ${await marker.getAttribute('class')}`;
  }
  return { list, onMap };
}

function markersOf(list: readonly Expected[]): Record<string, string> {
  const rows = list.map(({ view, right }, i) => [i + 1, `${view} ${right ? 'right' : 'wrong'}`]);
  return Object.fromEntries(rows);
}

const picture = (page: Page) =>
  page.evaluate<string>("document.getElementById('query').toDataURL()");
const ringAt = (page: Page) => page.locator('#map g.query').getAttribute('transform');

test('it finds what Node finds, and marks it on the map', async () => {
  const page = await open();
  const buttons = await page.locator('#views button').all();
  expect(buttons).toHaveLength(8);
  const kinds = new Set<boolean>();
  for (const [i, button] of buttons.entries()) {
    const query = (i * expected.length) / buttons.length;
    await button.click();
    const { list, onMap } = await shown(page);
    expect(list).toEqual(expected[query]);
    expect(onMap).toEqual(markersOf(expected[query]));
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    for (const { right } of list) kinds.add(right);
  }
  // Or nothing would have shown whether both are told apart.
  expect(kinds).toEqual(new Set([true, false]));
});

test('each slider changes the view and what is found, and one button changes it back', async () => {
  const page = await open();
  const all = async () => ({ picture: await picture(page), ...(await shown(page)) });
  const before = await all();
  const bitsOf = (list: readonly Expected[]) => list.map(({ bits }) => bits);
  for (const name of ['ahead', 'right', 'turn', 'night', 'fog', 'rain', 'snow']) {
    await page.focus(`#${name}`);
    await page.keyboard.press('End');
    const after = await all();
    expect([name, after.picture === before.picture]).toEqual([name, false]);
    expect(bitsOf(after.list)).not.toEqual(bitsOf(before.list));
    await page.click('#reset');
    expect(await all()).toEqual(before);
  }
});

test('the season changes views with trees', async () => {
  const page = await open();
  const counts: number[] = [];
  for (const button of await page.locator('#views button').all()) {
    await button.click();
    const pictures = new Set<string>();
    for (const season of ['spring', 'summer', 'autumn', 'winter']) {
      await page.selectOption('#season', season);
      pictures.add(await picture(page));
    }
    counts.push(pictures.size);
  }
  expect(Math.max(...counts)).toBe(4);
});

test('a click on the map and the arrow keys go to a place', async () => {
  const page = await open();
  const [first, ring] = [await picture(page), await ringAt(page)];
  const { width, height } = (await page.locator('#map').boundingBox())!;
  // On an avenue, 66 metres to the east and 35 to the north. The map has 20 metres around the city of 120.
  await page.click('#map', { position: { x: (86 / 160) * width, y: (105 / 160) * height } });
  await answered(page);
  const clicked = await ringAt(page);
  expect(clicked).not.toBe(ring);
  expect(await picture(page)).not.toBe(first);
  for (const [there, back] of [
    ['ArrowUp', 'ArrowDown'],
    ['ArrowLeft', 'ArrowRight'],
  ]) {
    await page.keyboard.press(there);
    await answered(page);
    expect(await ringAt(page)).not.toBe(clicked);
    await page.keyboard.press(back);
    await answered(page);
    expect(await ringAt(page)).toBe(clicked);
  }
});

test('other views are shown, a random one is taken, and the map shows what is near it', async () => {
  const page = await open();
  const labels = () =>
    page.locator('#views button').evaluateAll((all) => all.map((one) => one.ariaLabel));
  const before = await labels();
  await page.click('#others');
  expect(await labels()).not.toEqual(before);
  await page.click('#random');
  const { list } = await shown(page);
  expect(expected).toContainEqual(list);

  const box = () => page.locator('#map').getAttribute('viewBox');
  expect(await box()).toBe('-20 -20 160 160');
  await page.click('#zoom');
  expect(await box()).toMatch(/ 200 200$/);
  expect(await page.getAttribute('#zoom', 'aria-pressed')).toBe('true');
});

test('it fits a phone, and all controls and pictures have names', async () => {
  const page = await open(PHONE);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  const names = await page.locator('main').ariaSnapshot();
  expect(names).not.toMatch(/- (button|slider|combobox|img|application)(:| \[|$)/m);
  expect(names).toMatch(/slider "Night/);
});
