import { WASM_ENGINE_NAMES } from '../../src/engine/wasm/engines';
import { Microkernels } from '../../src/engine/wasm/microkernels';
import { pack } from '../../src/packing/int2';
import { referenceProduct } from '../support/product_reference';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';

const probe = new Microkernels(new WebAssembly.Memory({ initial: 1 }));
const engines = WASM_ENGINE_NAMES.filter((engine) => probe.supports(engine));

/*
 * The microkernels load weights of the next outputs ahead. Here nothing stands behind the last ones: a load there
 * would be an error.
 */
test.each(engines)('%s reads nothing behind the packed words', (engine) => {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const microkernels = new Microkernels(memory);
  const floats = new Float32Array(memory.buffer);
  for (const inFeatures of [1, 64, 300]) {
    for (let units = 1; units <= 13; units++) {
      for (const [rows, skipZeroBlocks] of [
        [1, 0],
        [3, 0],
        [4, 1],
      ]) {
        const isZero = (i: number) => skipZeroBlocks === 1 && i % 8 < 4;
        const x = randomFloats(rows * inFeatures, units).map((value, i) => (isZero(i) ? 0 : value));
        const ternary = randomTernary(inFeatures * units, units);
        const words = pack(ternary, inFeatures, units);
        const packed = memory.buffer.byteLength - words.byteLength;
        new Int32Array(memory.buffer).set(words, packed / 4);
        const [at, scale, y, workspace] = [64, 16384, 32768, 65536] as const;
        floats.set(x, at / 4);
        floats.set([0.5], scale / 4);
        const addresses = { x: at, packed, scale, scaleStride: 0, bias: 0, y, yStride: 4 * units };
        const sizes = { rows, inFeatures, eps: 1e-5 };
        const args = {
          ...addresses,
          ...sizes,
          skipZeroBlocks,
          windows: 0,
          firstWindow: 0,
          ...{ floor: -Infinity, ceiling: Infinity },
        };
        microkernels.matMul(engine, args, units, workspace);
        const product = {
          x,
          ternary,
          scale: Float32Array.of(0.5),
          bias: undefined,
          units,
          ...sizes,
        };
        const actual = floats.slice(y / 4, y / 4 + rows * units);
        expectIdentical(actual, referenceProduct(product));
      }
    }
  }
});
