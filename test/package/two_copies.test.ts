import '@tensorflow/tfjs-backend-cpu';
import type * as TfLayers from '@tensorflow/tfjs-layers';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'two-copies-'));

/** What a package manager leaves behind when two versions are asked for: another copy, on the same core. */
async function loadSecondCopy(): Promise<typeof TfLayers> {
  const packageFolder = (name: string) => dirname(require.resolve(`${name}/package.json`));
  const scope = join(folder, 'node_modules/@tensorflow');
  const layers = join(scope, 'tfjs-layers');
  mkdirSync(layers, { recursive: true });
  for (const path of ['package.json', 'dist/tf-layers.node.js']) {
    cpSync(join(packageFolder('@tensorflow/tfjs-layers'), path), join(layers, path));
  }
  symlinkSync(packageFolder('@tensorflow/tfjs-core'), join(scope, 'tfjs-core'));
  return import(layers);
}

// Each test imports anew, and the copies share one core: it warns that kernels are registered again.
beforeEach(() => void jest.spyOn(console, 'warn').mockImplementation());
afterEach(() => {
  jest.restoreAllMocks();
  jest.resetModules();
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const explanation = /Two copies of @tensorflow\/tfjs-layers.*npm ls @tensorflow\/tfjs-layers/;

test('a model of another copy of tfjs-layers is refused with an explanation', async () => {
  const { deploy } = await import('../../src');
  const second = await loadSecondCopy();
  const model = second.sequential({ layers: [second.layers.dense({ units: 1, inputShape: [2] })] });
  expect(() => deploy(model)).toThrow(explanation);
});

test("another copy's model refuses the layer with an explanation", async () => {
  const { bitLinear } = await import('../../src');
  const second = await loadSecondCopy();
  const input = second.input({ shape: [4] });
  expect(() => bitLinear({ units: 3 }).apply(input)).toThrow(explanation);
});

test('importing where another copy of tfjs-layers took over the registry is refused', async () => {
  await import('@tensorflow/tfjs-layers');
  await loadSecondCopy();
  await expect(import('../../src')).rejects.toThrow(explanation);
});
