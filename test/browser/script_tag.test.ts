import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { launchChromium, visit } from './chromium';

/*
 * Pages that load tfjs and this package by <script> tags, without a bundler or a server.
 */

const ROOT = join(__dirname, '../..');
const EXAMPLE = pathToFileURL(join(ROOT, 'examples/script_tag/index.html')).href;
const SCRIPT = pathToFileURL(join(ROOT, 'dist/tfjs-bitcore.min.js')).href;

jest.setTimeout(120_000);

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

test('the example trains, packs and verifies, opened as a file', async () => {
  const { page, errors } = await visit(browser, EXAMPLE);
  await page.waitForFunction(
    () => !document.querySelector('#status')?.textContent?.includes('Training'),
    undefined,
    { timeout: 90_000 },
  );
  const text = (id: string) => page.locator(`#${id}`).textContent();
  expect(await text('status')).toBe('Done.');
  expect(await text('identical')).toBe('The packed net is identical to the trained one: yes');
  expect(await text('engine')).toMatch(/: (relaxedDot16|relaxedDot32|simd128)$/);
  expect(Number(/[\d.]+/.exec((await text('accuracy')) ?? '')?.[0])).toBeGreaterThan(90);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('the entries for training and vision are part of it', async () => {
  const { page } = await visit(browser, EXAMPLE);
  const found = await page.evaluate(() => {
    const { bitcore } = globalThis as unknown as {
      bitcore: Record<string, Record<string, unknown>>;
    };
    return [
      typeof bitcore.bitConv2d,
      typeof bitcore.training.distill,
      typeof bitcore.vision.visionTransformer,
    ];
  });
  expect(found).toEqual(['function', 'function', 'function']);
  await page.context().close();
});

test('without tfjs, the error says what to load', async () => {
  const file = join(folder, 'index.html');
  writeFileSync(
    file,
    `<!doctype html><link rel="icon" href="data:,"><script src="${SCRIPT}"></script>`,
  );
  const { page, errors } = await visit(browser, pathToFileURL(file).href);
  expect(errors.join()).toContain('load the script of @tensorflow/tfjs before this one');
  await page.context().close();
});
