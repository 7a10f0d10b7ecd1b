import { everyCode } from '../packing/every_code';
import { ownMemoryEngine } from './own_memory_engine';
import { int8Product } from './portable/int8_product';
import type { TernaryProduct } from './ternary_product';
import type { WasmEngineName } from './wasm/engines';

const SHAPES = [
  { rows: 1, inFeatures: 1100, units: 9, skipZeroBlocks: false },
  { rows: 5, inFeatures: 130, units: 6, skipZeroBlocks: false },
  { rows: 4, inFeatures: 1100, units: 27, skipZeroBlocks: true },
];

/**
 * Whether an engine computes what the portable one does. Engines are judged by that, not by version: V8 of
 * Node 20 has relaxed SIMD behind a flag, and its baseline compiler sums wrongly.
 */
export function passesSelfTest(engine: WasmEngineName): boolean {
  return SHAPES.every((shape) => {
    const product = testProduct(shape);
    const expected = new Float32Array(shape.rows * shape.units);
    const actual = new Float32Array(shape.rows * shape.units);
    int8Product(product, expected);
    ownMemoryEngine().upload(product, () => product.packed);
    ownMemoryEngine().compute(engine, product, product, actual);
    ownMemoryEngine().release(product);
    return expected.every((value, i) => value === actual[i]);
  });
}

/** Numbers that reach the extremes of int8 and of the codes, the same in every run. */
function testProduct(shape: (typeof SHAPES)[number]): TernaryProduct {
  const { rows, inFeatures, units, skipZeroBlocks } = shape;
  const packed = everyCode(inFeatures, units);
  const isZero = (i: number) => skipZeroBlocks && (i >> 2) % 3 === 0;
  const x = new Float32Array(rows * inFeatures).map((_, i) =>
    isZero(i) ? 0 : i % 5 < 2 ? 127 : ((i * 97) % 255) - 127,
  );
  const scale = new Float32Array(units).map((_, n) => 1 + n / 8);
  const activation = rows > 1 ? 'relu' : 'linear';
  return { ...shape, x, packed, scale, bias: scale, eps: 1e-5, activation };
}
