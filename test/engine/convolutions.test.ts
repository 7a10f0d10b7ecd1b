import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src';
import { engineState, type EngineName } from '../../src/engine/select';
import { TITLED_GRID } from '../support/convolution_grid';
import { opConvolution, packedConvolution } from '../support/convolution_op';
import { referenceConvolution } from '../support/convolution_reference';
import { expectIdentical } from '../support/values';

/** Flags that leave only one engine. */
const FLAGS: Record<EngineName, Record<string, boolean | number>> = {
  relaxedDot16: { BITCORE_RELAXED_DOT: 16 },
  relaxedDot32: { BITCORE_RELAXED_DOT: 32 },
  simd128: { BITCORE_USE_RELAXED_SIMD: false },
  portable: { BITCORE_USE_WASM_SIMD: false },
};

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

test.each(engines)('%s convolves as a plain loop does', (engine) => {
  for (const [flag, value] of Object.entries(FLAGS[engine])) tf.env().set(flag, value);
  expect(engineState(engine)).toBe('works');
  for (const [i, [title, each]] of TITLED_GRID.entries()) {
    const convolution = packedConvolution(each, i % 2 ? 'ties at .5' : 'random', i + 1);
    try {
      expectIdentical(opConvolution(convolution), referenceConvolution(convolution));
    } catch (error) {
      throw new Error(`${title}: ${(error as Error).message}`, { cause: error });
    }
  }
});
