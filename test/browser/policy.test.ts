import { GRID_HASHES } from '../support/normalization_grid';
import { visit, type Visit } from './chromium';
import { pageCalls } from './page_calls';
import type { Access } from './site';
import { siteAndBrowser } from './site_and_browser';

/*
 * The page under a Content-Security-Policy, which the server sends, that refuses WebAssembly or workers.
 */

jest.setTimeout(120_000);

let visited: Visit;
const call = pageCalls(() => visited.page);
const opened = siteAndBrowser();

async function open(access: Access): Promise<void> {
  visited = await visit(opened.browser, opened.site.urlOf(access));
}
afterEach(() => visited.page.context().close());

async function expectRightResults(engine: 'simd128' | 'portable'): Promise<void> {
  const { compared, failures } = await call('kernelGrid', engine);
  expect(failures).toEqual([]);
  expect(compared).toBeGreaterThan(1000);
  expect(await call('normalizationHashes')).toEqual(GRID_HASHES);
  expect(await call('layerLife', 'cpu', {})).toEqual([]);
  expect(visited.errors).toEqual([]);
}

test('without wasm-unsafe-eval, ready() resolves and the portable engine computes', async () => {
  await open('withoutWasm');
  const { engine, engines, threads } = await call('start', 'cpu');
  expect({ engine, threads }).toEqual({ engine: 'portable', threads: 1 });
  expect(engines).toEqual({
    relaxedDot16: 'unsupported',
    relaxedDot32: 'unsupported',
    simd128: 'unsupported',
    portable: 'works',
  });
  await expectRightResults('portable');
});

test('without worker-src blob:, the engines compute on one thread', async () => {
  await open('withoutWorkers');
  const { engines, threads, crossOriginIsolated } = await call('start', 'cpu');
  expect({ crossOriginIsolated, threads }).toEqual({ crossOriginIsolated: true, threads: 1 });
  expect(engines.simd128).toBe('works');
  await expectRightResults('simd128');
});
