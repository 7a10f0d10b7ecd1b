import * as tf from '@tensorflow/tfjs';
import { engineInfo, ready, type EngineName } from '../../src';
import { productsOf, SHAPES } from '../support/product_grid';
import { opProduct } from '../support/product_op';
import { referenceProduct } from '../support/product_reference';
import { expectIdentical } from '../support/values';

/** Flags that leave only one engine. */
const FLAGS: Record<EngineName, Record<string, boolean | number>> = {
  relaxedDot16: { BITCORE_RELAXED_DOT: 16 },
  relaxedDot32: { BITCORE_RELAXED_DOT: 32 },
  simd128: { BITCORE_USE_RELAXED_SIMD: false },
  portable: { BITCORE_USE_WASM_SIMD: false },
};

function force(engine: EngineName): void {
  for (const [flag, value] of Object.entries(FLAGS[engine])) tf.env().set(flag, value);
}

const INPUTS = ['random', 'ties at .5', 'one NaN a row', 'zero blocks', 'zero blocks and NaN'];

beforeAll(ready);

afterEach(() => {
  tf.env().set('BITCORE_USE_WASM_SIMD', true);
  tf.env().set('BITCORE_USE_RELAXED_SIMD', true);
  tf.env().set('BITCORE_RELAXED_DOT', 0);
});

/** Node 20 has no relaxed SIMD, later versions have: the tests run on both. */
const [major] = process.versions.node.split('.').map(Number);
const engines = (Object.keys(FLAGS) as EngineName[]).filter(
  (engine) => major >= 22 || !engine.startsWith('relaxed'),
);

describe.each(engines)('engine %s', (engine) => {
  test('works here, and runs when it is forced', () => {
    force(engine);
    expect(engineInfo().engines[engine]).toBe('works');
    expect(engineInfo().engine).toBe(engine);
  });

  test.each(SHAPES.filter(([, k]) => k < 5000))('is exact for %i x %i x %i', (...shape) => {
    force(engine);
    for (const [name, product] of productsOf(shape, INPUTS)) {
      try {
        expectIdentical(opProduct(product, 'int8'), referenceProduct(product));
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`);
      }
    }
  });

  test.each(['random', 'zero blocks'])('is exact in several blocks of rows: %s', (input) => {
    force(engine);
    for (const [, product] of productsOf([139, 4096, 3], [input])) {
      const skipping = { ...product, skipZeroBlocks: true };
      expectIdentical(opProduct(skipping, 'int8'), referenceProduct(product));
    }
  });

  test('is exact at its longest rows', () => {
    force(engine);
    for (const [, product] of productsOf([5, 132_104, 2], ['all 127', 'all -127'])) {
      expectIdentical(opProduct(product, 'int8'), referenceProduct(product));
    }
  });
});

describe('engineInfo', () => {
  test('names the backend and the fastest engine', () => {
    const { backend, engine } = engineInfo();
    expect(backend).toBe(tf.getBackend());
    expect(engine.startsWith(major >= 22 ? 'relaxedDot' : 'simd128')).toBe(true);
  });

  test('says which engines a flag forbids', () => {
    tf.env().set('BITCORE_USE_WASM_SIMD', false);
    const { engine, engines } = engineInfo();
    expect(engine).toBe('portable');
    expect(engines.simd128).toBe('forbidden by a flag');
  });
});
