import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { EngineName } from '../../src';
import { KERNEL_QUANTIZERS } from '../support/quantizers';
import { launchChromium, visit, type Visit } from './chromium';
import type { PageApi } from './page/main';
import { openSite, type Site } from './site';

/*
 * The grids of kernels and layers in headless Chromium, from the package as a bundler takes it.
 * A test is one call of the page (see page/main.ts); its failure shows what the page found.
 */

jest.setTimeout(120_000);

interface Environment {
  readonly backend: string;
  readonly isolated?: boolean;
  /** What tfjs is to load, and what class of buffer its heap is to be. */
  readonly file?: string;
  readonly heap?: string;
}

const ENVIRONMENTS: Record<string, Environment> = {
  cpu: { backend: 'cpu' },
  wasm: { backend: 'wasm', file: 'tfjs-backend-wasm-simd.wasm', heap: 'ArrayBuffer' },
  'wasm with threads': {
    backend: 'wasm',
    isolated: true,
    file: 'tfjs-backend-wasm-threaded-simd.wasm',
    heap: 'SharedArrayBuffer',
  },
  webgl: { backend: 'webgl' },
  webgpu: { backend: 'webgpu' },
};

const ENGINES: EngineName[] = ['relaxedDot16', 'relaxedDot32', 'simd128', 'portable'];

const LAYERS = [...KERNEL_QUANTIZERS.map((kernelQuantizer) => ({ kernelQuantizer }))].map(
  (options) => [JSON.stringify(options), options] as const,
);

const CLOSED_PAGES = 5;

let site: Site;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  site = await openSite();
});

afterAll(async () => {
  await browser?.close();
  site?.close();
});

/** Calls a function of a page. */
function callOn<Name extends keyof PageApi>(
  page: Page,
  name: Name,
  ...args: Parameters<PageApi[Name]>
): Promise<Awaited<ReturnType<PageApi[Name]>>> {
  const expression = `bitcore.${name}(...${JSON.stringify(args)})`;
  return page.evaluate<Awaited<ReturnType<PageApi[Name]>>>(expression);
}

describe.each(Object.entries(ENVIRONMENTS))('%s', (_name, environment) => {
  const { backend, isolated = false, file, heap } = environment;
  const onGpu = backend.startsWith('webg');
  let visited: Visit;

  beforeAll(async () => {
    visited = await visit(browser, isolated ? site.isolatedUrl : site.url);
  });
  afterAll(() => visited?.page.context().close());

  const call = <Name extends keyof PageApi>(name: Name, ...args: Parameters<PageApi[Name]>) =>
    callOn(visited.page, name, ...args);

  test('starts', async () => {
    const started = await call('start', backend);
    expect(started).toMatchObject({ backend, crossOriginIsolated: isolated });
    expect(started.heap).toBe(heap);
    expect(visited.loaded.filter((name) => name.endsWith('.wasm'))).toEqual(file ? [file] : []);
    for (const engine of ENGINES) expect(started.engines[engine]).toBe('works');
  });

  // The page's types come from dist, the test's from src: to the compiler they are two packages.
  // Before the grid, whose packed weights take what is held beside them on GPUs along when they are collected.
  test.each(LAYERS)('a layer trains, deploys, is saved and loaded: %s', async (_title, options) => {
    expect(await call('layerLife', backend, options as never)).toEqual([]);
  });

  if (onGpu) {
    test('products are within 1e-5 of plain integers', async () => {
      const { compared, failures } = await call('kernelGrid', 'composed', 1e-5);
      expect(failures).toEqual([]);
      expect(compared).toBeGreaterThan(1000);
    });
  } else {
    test.each(ENGINES)('products by %s are those of plain integers', async (engine) => {
      const { compared, inHeap, failures } = await call('kernelGrid', engine);
      expect(failures).toEqual([]);
      expect(compared).toBeGreaterThan(1000);
      expect(inHeap).toBe(heap != null && engine !== 'portable' ? compared : 0);
    });
  }

  if (heap != null) {
    test('products stay right while the heap grows and the backend changes', async () => {
      const { grownBy, inHeap, failures } = await call('growHeap', 8);
      expect(failures).toEqual([]);
      expect(grownBy).toBeGreaterThan(100 * 2 ** 20);
      expect(inHeap).toBe(8);
    });
  }

  test('the page reports no error', () => {
    expect(visited.errors).toEqual([]);
  });
});

describe('checkpoints in IndexedDB', () => {
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    ({ page } = await visit(browser, site.url));
    context = page.context();
  });
  afterAll(() => context?.close());

  async function openAnew(): Promise<void> {
    await page.close();
    page = await context.newPage();
    await page.goto(site.url);
    await callOn(page, 'start', 'cpu');
  }

  test('keep the last ones and the best one, and training goes on from them on another page', async () => {
    await callOn(page, 'start', 'cpu');
    const whole = await callOn(page, 'continueTraining', 'whole', 5);
    const first = await callOn(page, 'continueTraining', 'parted', 3);
    expect([whole.from, first.from]).toEqual([0, 0]);
    await openAnew();
    expect(await callOn(page, 'checkpointIn', 'parted', 'last-1-of-3')).toEqual({
      ...first,
      from: 3,
    });
    expect(await callOn(page, 'continueTraining', 'parted', 5)).toEqual({ ...whole, from: 3 });
    const places = ['best', 'last-1-of-3', 'last-2-of-3', 'last-3-of-3'];
    const epochs = [];
    for (const name of places)
      epochs.push((await callOn(page, 'checkpointIn', 'parted', name)).from);
    expect(epochs).toEqual([1, 3, 4, 5]);
    expect(await callOn(page, 'placesInIndexedDB')).toEqual(
      ['parted', 'whole'].flatMap((run) => places.map((name) => `indexeddb://${run}-${name}`)),
    );
  });

  test('are whole when the page is closed while it trains', async () => {
    let before = 0;
    for (let round = 0; round < CLOSED_PAGES; round++) {
      void callOn(page, 'continueTraining', 'closed', 1e9).catch(() => undefined);
      await sleep(500 + 37 * round);
      await openAnew();
      const { from, weights } = await callOn(page, 'continueTraining', 'closed', 0);
      expect(from).toBeGreaterThanOrEqual(before);
      const expected = await callOn(page, 'continueTraining', 'expected', from);
      expect(weights).toEqual(expected.weights);
      before = from;
    }
    expect(before).toBeGreaterThan(3);
  });
});
