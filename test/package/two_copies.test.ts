import '@tensorflow/tfjs-backend-cpu';
import type * as Layers from '@tensorflow/tfjs-layers';
import type * as Package from '../../src';

/*
 * Two real copies of tfjs-layers in one program: the file that Node resolves, and another build of
 * the same package by its path, as a bundler may pick it.
 */
const SECOND_BUILD = '@tensorflow/tfjs-layers/dist/tf-layers.es2017.js';
const TWO_COPIES = /^.*Two copies of @tensorflow\/tfjs-layers are loaded: .*`npm ls @tensorflow/;

/* eslint-disable @typescript-eslint/no-require-imports */
function loadTwoCopies() {
  let loaded!: { ours: typeof Package; foreign: typeof Layers };
  jest.isolateModules(() => {
    loaded = {
      ours: require('../../src'),
      foreign: require(SECOND_BUILD),
    };
  });
  return loaded;
}

// Loading copies makes tfjs itself warn about kernels and platforms that are set again.
beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe('with a second copy of tfjs-layers', () => {
  let foreign: typeof Layers;
  let { bitLinear, BitLinear, deploy, verify, summary } = {} as typeof Package;

  beforeAll(() => {
    const copies = loadTwoCopies();
    foreign = copies.foreign;
    ({ bitLinear, BitLinear, deploy, verify, summary } = copies.ours);
  });

  test('a symbolic tensor of the other copy is refused', () => {
    const layer = bitLinear({ units: 2, name: 'a' });
    const input = foreign.input({ shape: [4] });
    expect(() => layer.apply(input)).toThrow(TWO_COPIES);
    expect(() => layer.apply(input)).toThrow('BitLinear layer "a": ');
  });

  test('a model of the other copy refuses the layer', () => {
    const model = foreign.sequential();
    model.add(foreign.layers.dense({ units: 3, inputShape: [4] }));
    expect(() => model.add(bitLinear({ units: 2 }))).toThrow(TWO_COPIES);
  });

  test('deploy, verify and summary refuse a model of the other copy', async () => {
    const model = foreign.sequential({
      layers: [foreign.layers.dense({ units: 3, inputShape: [4] })],
    }) as never;
    expect(() => deploy(model)).toThrow(TWO_COPIES);
    expect(() => summary(model)).toThrow(TWO_COPIES);
    await expect(verify(model, model, null as never)).rejects.toThrow(TWO_COPIES);
  });

  test('BitLinear.fromDense says so for a Dense layer of the other copy', () => {
    const dense = foreign.layers.dense({ units: 3 });
    expect(() => BitLinear.fromDense(dense)).toThrow(TWO_COPIES);
  });

  test('importing the package after the second copy took over the registry says so', () => {
    jest.isolateModules(() => {
      require('@tensorflow/tfjs-layers');
      require(SECOND_BUILD);
      expect(() => require('../../src')).toThrow(TWO_COPIES);
    });
  });
});
