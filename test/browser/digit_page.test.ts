import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium, visit, type Visit } from './chromium';
import { drawByMouse, drawByTouch, HANDWRITTEN, type Place } from './digit_page/handwriting';
import { saveDigitModel, saveOtherModel } from './digit_page/model';
import { startServer } from './digit_page/server';
import type { Program } from './program';

/*
 * The page of examples/serve in Chromium, with the real server and a net trained on the real MNIST.
 */

jest.setTimeout(120_000);

const PLACES: Record<string, Place> = {
  'large, in the middle': { left: 0.2, top: 0.12, height: 0.76 },
  'small, in a corner': { left: 0.68, top: 0.65, height: 0.3 },
};

const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 3,
  hasTouch: true,
  isMobile: true,
};

const folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-page-'));
const DIGIT_MODEL = join(folder, 'digits');
const OTHER_MODEL = join(folder, 'other');

let browser: Browser;
let server: Program;
const visits: Visit[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  await saveDigitModel(DIGIT_MODEL);
  await saveOtherModel(OTHER_MODEL);
  server = await start(DIGIT_MODEL);
});

afterEach(async () => {
  for (const { page } of visits.splice(0)) await page.context().close();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true });
});

function start(model: string, ...options: string[]): Promise<Program> {
  return startServer(model, '--backend', 'wasm', ...options);
}

async function open(url: string, options?: BrowserContextOptions): Promise<Visit> {
  const visited = await visit(browser, url, options);
  visits.push(visited);
  return visited;
}

/** What the page shows when the answer about the whole drawing has come. */
async function shown(page: Page) {
  await page.locator('main[aria-busy=false]').waitFor();
  const text = (selector: string) => page.locator(selector).innerText();
  return {
    digit: await text('#digit'),
    best: await page.locator('#scores .best > :first-child').allInnerTexts(),
    scores: (await page.locator('#scores li > :last-child').allInnerTexts()).map(Number),
    latency: await text('#latency'),
    problem: await text('#problem'),
  };
}

describe.each(Object.entries(PLACES))('drawn %s', (_name, place) => {
  test.each(Object.keys(HANDWRITTEN).map(Number))('%i is recognised', async (digit) => {
    const { page, errors } = await open(server.url);
    await drawByMouse(page, digit, place);
    const { scores, latency, ...rest } = await shown(page);
    expect(rest).toEqual({ digit: `${digit}`, best: [`${digit}`], problem: '' });
    expect(scores).toHaveLength(10);
    expect(scores.indexOf(Math.max(...scores))).toBe(digit);
    // Probabilities, each rounded to two digits.
    expect(Math.abs(scores.reduce((sum, score) => sum + score) - 1)).toBeLessThan(0.051);
    expect(latency).toMatch(/^Answered in \d+\.\d ms$/);
    expect(errors).toEqual([]);
  });
});

test('scores are there while a stroke is drawn, and gone after Clear and Escape', async () => {
  const { page } = await open(server.url);
  for (const clear of [() => page.click('#clear'), () => page.keyboard.press('Escape')]) {
    await page.hover('#pad');
    await page.mouse.down();
    await page.mouse.move(450, 400, { steps: 10 });
    expect((await shown(page)).digit).toMatch(/^\d$/);
    await page.mouse.up();
    await clear();
    expect(await shown(page)).toMatchObject({ digit: '', best: [], latency: '' });
  }
});

test('a finger draws on a phone, where all of the page fits', async () => {
  const { page, errors } = await open(server.url, PHONE);
  await drawByTouch(page, 7, PLACES['large, in the middle']);
  expect(await shown(page)).toMatchObject({ digit: '7', problem: '' });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(await page.evaluate('scrollY')).toBe(0);
  expect(errors).toEqual([]);
});

test('the keyboard draws', async () => {
  const { page, errors } = await open(server.url);
  await page.keyboard.press('Tab');
  for (let step = 0; step < 14; step++) await page.keyboard.press('Shift+ArrowDown');
  expect(await shown(page)).toMatchObject({ digit: '1', problem: '' });
  expect(errors).toEqual([]);
});

test('what the model gets lies as the images of MNIST do', async () => {
  const { page } = await open(server.url);
  const asked = page.waitForRequest('**/*:predict');
  await page.click('#pad', { position: { x: 60, y: 250 } }); // a dot, away from the middle
  const { instances } = (await asked).postDataJSON() as { instances: number[][] };
  const pixels = instances[0].map((value) => value * 0.3081 + 0.1307);
  const mean = (at: (i: number) => number) =>
    pixels.reduce((sum, pixel, i) => sum + pixel * at(i), 0) / pixels.reduce((a, b) => a + b);
  expect(pixels).toHaveLength(784);
  expect(Math.max(...pixels)).toBeCloseTo(1, 5);
  expect(mean((i) => (i % 28) + 0.5)).toBeCloseTo(14, 1);
  expect(mean((i) => Math.floor(i / 28) + 0.5)).toBeCloseTo(14, 1);
});

test('the page is one file, and may talk to its server alone', async () => {
  const { page, loaded } = await open(server.url);
  await shown(page);
  expect(loaded).toEqual(['', 'healthz', 'metadata']);
  const answer = await fetch(server.url);
  expect(answer.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  expect(await page.evaluate("fetch('http://127.0.0.1:9/').catch((e) => e.message)")).toMatch(
    /Failed to fetch/,
  );
  expect((await answer.text()).length).toBeLessThan(12 * 1024);
});

test('a model that is not one for digits: the page says so', async () => {
  const other = await start(OTHER_MODEL);
  const { page } = await open(other.url);
  await drawByMouse(page, 1, PLACES['large, in the middle']);
  expect(await shown(page)).toMatchObject({
    digit: '',
    problem: expect.stringMatching(
      /take \[batch, 784\].* takes \[batch, 3\] and gives \[batch, 2\]/,
    ),
  });
  expect(await other.stop()).toBe(0);
});

test('errors of the server are shown, and that it is gone', async () => {
  const strict = await start(DIGIT_MODEL, '--max-body-bytes', '1000');
  const { page } = await open(strict.url);
  await drawByMouse(page, 1, PLACES['large, in the middle']);
  expect(await shown(page)).toMatchObject({
    digit: '',
    problem: 'The body is too large: the server takes 1000 bytes.',
  });
  await strict.stop();
  await page.click('#pad');
  expect((await shown(page)).problem).toMatch(/^The server does not answer/);
});
