import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../browser/chromium';
import { present } from '../support/present';

/*
 * The site of the documentation, as `npm run docs` has built it, in Chromium and offline.
 */

jest.setTimeout(120_000);

const SITE = join(__dirname, '../../docs/.vitepress/dist');
const ORIGIN = 'http://documentation.test';
const PHONE = { width: 390, height: 844 };

const pages = existsSync(SITE)
  ? readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.html'),
    )
  : [];
/** Of the pages that TypeDoc wrote, which look alike, one of options and one of a class. */
const OF_API = ['interfaces/BitLinearOptions.html', 'classes/BitLinear.html'];
const shown = pages.filter(
  (page) => !page.startsWith('api/tfjs-bitcore/') || OF_API.some((name) => page.endsWith(name)),
);

let browser: Browser;
let context: BrowserContext;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  if (pages.length === 0) throw new Error('There is no site. Run `npm run docs` first.');
  browser = await launchChromium();
  context = await browser.newContext({ viewport: PHONE });
  await context.route('**/*', (route) => {
    const { origin, pathname } = new URL(route.request().url());
    if (origin === ORIGIN) return route.fulfill({ path: join(SITE, pathname) });
    errors.push(`asked for ${origin}`);
    return route.abort();
  });
  page = await context.newPage();
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
});
afterAll(() => browser?.close());

test('every page opens on a phone, offline, without errors, and is no wider than the screen', async () => {
  expect(shown.length).toBeGreaterThan(30);
  const wrong: string[] = [];
  for (const name of shown) {
    await page.goto(`${ORIGIN}/${name}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > PHONE.width) wrong.push(`${name} is ${width} pixels wide`);
    wrong.push(...errors.splice(0).map((error) => `${name}: ${error}`));
  }
  expect(wrong).toEqual([]);
});

test('the search finds a page by the words of an error', async () => {
  await page.goto(`${ORIGIN}/start.html`);
  await page.waitForFunction(() => '__vue_app__' in document.querySelector('#app')!);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('#localsearch-input').fill('isNullOrUndefined is not a function');
  const first = page.getByRole('option').first();
  expect(await first.innerText()).toMatch(/^#\s*Troubleshooting/);
  expect(errors).toEqual([]);
});

test('titles and descriptions have the words that people search for', () => {
  const headOf = (name: string) => present(/<head>([^]*)<\/head>/.exec(read(name)))[1];
  expect(headOf('start.html')).toMatch(/<title>Quantize a TensorFlow.js model/);
  expect(headOf('index.html')).toMatch(/<title>tfjs-bitcore: BitNet in JavaScript/);
  for (const name of shown.filter((file) => file !== '404.html')) {
    expect({ name, head: headOf(name) }).toEqual({
      name,
      head: expect.stringMatching(/<meta name="description" content="[^"]{20,}/),
    });
  }
});

test('every link to a heading finds it', () => {
  const anchors = new Map(pages.map((name) => [name, anchorsOf(read(name))]));
  const lost = pages.flatMap((name) =>
    linksOf(read(name))
      .map((link) => ({ link, to: new URL(link, `${ORIGIN}/${name}`) }))
      .filter(({ to }) => to.origin === ORIGIN && to.hash !== '')
      .filter(({ to }) => !anchors.get(fileOf(to))?.has(decodeURIComponent(to.hash.slice(1))))
      .map(({ link }) => `${name}: ${link}`),
  );
  expect(lost).toEqual([]);
});

function read(name: string): string {
  return readFileSync(join(SITE, name), 'utf8');
}

const fileOf = ({ pathname }: URL) => posix.relative('/', pathname) || 'index.html';

function anchorsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/ id="([^"]+)"/g)].map(({ 1: id }) => present(id)));
}

function linksOf(html: string): string[] {
  return [...html.matchAll(/<a [^>]*?href="([^"]+)"/g)].map(({ 1: link }) => present(link));
}
