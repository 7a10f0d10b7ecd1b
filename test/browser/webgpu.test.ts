import { visit, type Visit } from './chromium';
import { pageCalls } from './page_calls';
import { siteAndBrowser } from './site_and_browser';

/* Products on packed words by programs of the package on a GPU, which SwiftShader emulates. */

jest.setTimeout(120_000);

const opened = siteAndBrowser();

let visited: Visit;
const call = pageCalls(() => visited.page);
const newPage = async () => {
  visited = await visit(opened.browser, opened.site.urlOf('plain'));
};

beforeAll(newPage);
afterAll(() => visited?.page.context().close());

test('ops of tfjs compute until the programs are tested, and where a flag forbids them', async () => {
  expect(await call('enginesInTurn')).toEqual(['composed', 'wgsl', 'composed']);
  await call('watchDevice');
});

// Before tests that leave packed words to the collector of garbage, and with them what the GPU holds.
test('a model is converted, deployed, verified, summed up, saved and loaded', async () => {
  expect(await call('modelLife')).toEqual([]);
});

test('each form of the programs computes what plain integers give', async () => {
  const { compared, failures, activations } = await call('everyForm');
  expect(failures).toEqual([]);
  expect(activations).toEqual(['linear', 'relu', 'relu6']);
  expect(compared).toBeGreaterThan(900);
  // An emulated GPU on a busy machine.
}, 300_000);

test('a thousand products leave no tensors, no data and no buffers', async () => {
  expect(await call('leftBy', 500)).toEqual([0, 0, 0]);
});

test('a weight takes at most 2.2 bits on the GPU, which are freed with the layer', async () => {
  const [used, disposed] = await call('bitsOfWeight');
  expect(used).toBeGreaterThanOrEqual(2);
  expect(used).toBeLessThan(2.2);
  expect(disposed).toBeLessThanOrEqual(0);
});

test('a product that is too large for a buffer is refused', async () => {
  const [message, most] = await call('tooLarge');
  expect(message).toBe(
    `TernaryMatMul: output of shape [65536,65536] takes 17179869184 bytes, and this GPU binds at most ${most} ` +
      '(maxStorageBufferBindingSize).',
  );
});

test('a deployed layer gives the same floats on wasm, webgpu, and wasm again', async () => {
  expect(await call('backendsInTurn')).toEqual([undefined, undefined, undefined]);
});

test('a product has a gradient', async () => {
  expect(await call('gradientOfProduct')).toBeUndefined();
});

test('the compiler of the GPU has reported nothing, which it would', async () => {
  expect(await call('reportedByDevice')).toEqual([]);
  expect((await call('brokenProgram')).join('\n')).toContain("unresolved value 'wrong'");
  expect(visited.errors).toEqual([]);
});

test('after the device is lost, a product is an error, not zeros', async () => {
  await visited.page.context().close();
  await newPage();
  await call('start', 'webgpu');
  expect(await call('afterLoss')).toMatch(
    /^TernaryMatMul: the device of the GPU is lost .*, and all tensors on it\. Load the page again/,
  );
});
