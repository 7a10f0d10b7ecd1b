import * as tf from '@tensorflow/tfjs';
import { engineInfo, ready } from '../../src';
import { enginesOfNode, forceEngine, freeEngines, hasRelaxedSimd } from '../support/forced_engine';
import { productsOf, SHAPES } from '../support/product_grid';
import { opProduct } from '../support/product_op';
import { referenceProduct } from '../support/product_reference';
import { expectIdentical } from '../support/values';

const INPUTS = ['random', 'ties at .5', 'one NaN a row', 'zero blocks', 'zero blocks and NaN'];

beforeAll(ready);

afterEach(freeEngines);

describe.each(enginesOfNode())('engine %s', (engine) => {
  test('works here, and runs when it is forced', () => {
    forceEngine(engine);
    expect(engineInfo().engines[engine]).toBe('works');
    expect(engineInfo().engine).toBe(engine);
  });

  test.each(SHAPES.filter(([, k]) => k < 5000))('is exact for %i x %i x %i', (...shape) => {
    forceEngine(engine);
    for (const [name, product] of productsOf(shape, INPUTS)) {
      try {
        expectIdentical(opProduct(product, 'int8'), referenceProduct(product));
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`);
      }
    }
  });

  test.each(['random', 'zero blocks'])('is exact in several blocks of rows: %s', (input) => {
    forceEngine(engine);
    for (const [, product] of productsOf([139, 4096, 3], [input])) {
      const skipping = { ...product, skipZeroBlocks: true };
      expectIdentical(opProduct(skipping, 'int8'), referenceProduct(product));
    }
  });

  test('is exact at its longest rows', () => {
    forceEngine(engine);
    for (const [, product] of productsOf([5, 132_104, 2], ['all 127', 'all -127'])) {
      expectIdentical(opProduct(product, 'int8'), referenceProduct(product));
    }
  });
});

describe('engineInfo', () => {
  test('names the backend and the fastest engine', () => {
    const { backend, engine } = engineInfo();
    expect(backend).toBe(tf.getBackend());
    expect(engine.startsWith(hasRelaxedSimd() ? 'relaxedDot' : 'simd128')).toBe(true);
  });

  test('says which engines a flag forbids', () => {
    tf.env().set('BITCORE_USE_WASM_SIMD', false);
    const { engine, engines } = engineInfo();
    expect(engine).toBe('portable');
    expect(engines.simd128).toBe('forbidden by a flag');
  });
});
