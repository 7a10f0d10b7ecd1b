import * as tf from '@tensorflow/tfjs';
import type { EngineName } from '../../src';
import { KERNEL_QUANTIZERS } from '../support/quantizers';
import { GRID_HASHES } from '../support/normalization_grid';
import { visit, type Visit } from './chromium';
import { attentionHashes } from './page/attention_grid';
import { convolutionHashes, type ConvolutionHashes } from './page/convolution_grid';
import { gateHashes } from './page/gate_grid';
import { geluHashes } from './page/gelu_grid';
import { pageCalls } from './page_calls';
import { siteAndBrowser } from './site_and_browser';

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

const opened = siteAndBrowser();

let ofNode: Record<'attention' | 'gate' | 'gelu', Record<string, number>>;
let convolutionsOfNode: ConvolutionHashes;

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // without it, tfjs advises to install tfjs-node
  await tf.setBackend('cpu');
  ofNode = { attention: attentionHashes(), gate: gateHashes(), gelu: geluHashes() };
  convolutionsOfNode = convolutionHashes();
});

describe.each(Object.entries(ENVIRONMENTS))('%s', (_name, environment) => {
  const { backend, isolated = false, file, heap } = environment;
  const onGpu = backend.startsWith('webg');
  const exactEngines = backend === 'webgpu' ? (['wgsl'] as const) : ENGINES;
  let visited: Visit;

  beforeAll(async () => {
    visited = await visit(opened.browser, opened.site.urlOf(isolated ? 'isolated' : 'plain'));
  });
  afterAll(() => visited?.page.context().close());

  const call = pageCalls(() => visited.page);

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

  if (backend === 'webgl') {
    test('products are within 1e-5 of plain integers', async () => {
      const { compared, failures } = await call('kernelGrid', 'composed', 1e-5);
      expect(failures).toEqual([]);
      expect(compared).toBeGreaterThan(1000);
      // An emulated GPU compiles a shader for each shape.
    }, 300_000);
  } else {
    // An emulated GPU compiles programs for each kind of shape.
    test.each(exactEngines)(
      'products by %s are those of plain integers',
      async (engine) => {
        const { compared, inHeap, failures } = await call('kernelGrid', engine);
        expect(failures).toEqual([]);
        expect(compared).toBeGreaterThan(1000);
        expect(inHeap).toBe(heap != null && engine !== 'portable' ? compared : 0);
      },
      300_000,
    );
  }

  if (!onGpu) {
    test.each(ENGINES)('convolutions by %s are the floats of Node', async (engine) => {
      expect(await call('convolutionHashes', engine)).toEqual(convolutionsOfNode);
      expect(convolutionsOfNode.changed).toEqual([]);
    });

    test('normalizations are the floats of Node', async () => {
      expect(await call('normalizationHashes')).toEqual(GRID_HASHES);
    });

    test('attention, the gate and GELU are the floats of Node', async () => {
      expect(await call('attentionHashes')).toEqual(ofNode.attention);
      expect(await call('gateHashes')).toEqual(ofNode.gate);
      expect(await call('geluHashes')).toEqual(ofNode.gelu);
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
    // On webgl, one says where packed layers are faster.
    const advice = visited.warnings.filter((text) => text.startsWith('tfjs-bitcore: '));
    expect(advice).toHaveLength(backend === 'webgl' ? 1 : 0);
  });
});
