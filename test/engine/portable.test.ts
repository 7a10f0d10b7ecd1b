import { int8Product } from '../../src/engine/portable/int8_product';
import { quantizeRow } from '../../src/engine/portable/int8_rows';
import { pack } from '../../src/packing/int2';
import { productsOf } from '../support/product_grid';
import { quantizedRow, referenceProduct } from '../support/product_reference';
import { expectIdentical, randomFloats } from '../support/values';

describe('portable engine', () => {
  test.each([[3, 65, 7], [2, 200, 17]] as Array<[number, number, number]>)(
    'is exact without a backend for %i x %i x %i',
    (...shape) => {
      for (const [, product] of productsOf(shape)) {
        const { ternary, inFeatures, units, rows } = product;
        const packed = pack(ternary, inFeatures, units);
        const y = new Float32Array(rows * units);
        int8Product({ ...product, packed }, y);
        expectIdentical(y, referenceProduct(product));
      }
    },
  ); // prettier-ignore

  test('a row is quantized within [-127, 127], whatever its magnitude', () => {
    const quantized = new Int32Array(100);
    for (let round = 0; round < 300; round++) {
      const factor = Math.fround(10 ** (round / 4 - 37));
      const x = randomFloats(100, round).map((value) => value * factor);
      const rowScale = quantizeRow(x, 0, quantized, 100, 1e-30);
      const expected = quantizedRow(x, 1e-30);
      expectIdentical(quantized, expected.q);
      expect(rowScale).toBe(expected.rowScale);
      expect(Math.max(...quantized.map(Math.abs))).toBeLessThanOrEqual(127);
    }
  });

  test.each([NaN, Infinity, -Infinity])('the scale of a row with %p is NaN', (value) => {
    expect(quantizeRow(Float32Array.of(1, value, 2), 0, new Int32Array(3), 3, 1e-5)).toBeNaN();
  });
});
