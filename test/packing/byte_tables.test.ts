import { addBlock, byteTables, fillTables } from '../../src/packing/byte_tables';
import { everyCode } from '../../src/packing/every_code';
import { blocksOf, checkCodes, pack, paddedInFeatures, unpackRows } from '../../src/packing/int2';
import { randomSource, randomTernary } from '../support/values';

describe('byte tables', () => {
  test.each([
    [64, 5, 0, 5],
    [130, 9, 3, 8],
  ])('sum %i inputs of %i outputs, those from %i up to %i', (inFeatures, units, first, last) => {
    const random = randomSource(1);
    const x = new Int32Array(paddedInFeatures(inFeatures));
    for (let k = 0; k < inFeatures; k++) x[k] = Math.floor(255 * random()) - 127;
    const ternary = randomTernary(inFeatures * units, 2);
    const packed = pack(ternary, inFeatures, units);
    const sums = new Int32Array(units);
    const tables = byteTables();
    const blocks = blocksOf(inFeatures);
    for (let block = 0; block < blocks; block++) {
      fillTables(tables, x, block);
      addBlock(sums, tables, packed, block, blocks, first, last);
    }
    const expected = sums.map((_, n) => {
      if (n < first || n >= last) return 0;
      return ternary.reduce(
        (sum, t, i) => (i % units === n ? sum + t * x[(i - n) / units] : sum),
        0,
      );
    });
    expect(sums).toEqual(expected);
  });
});

test('words of every code hold each weight at each place of a byte', () => {
  const words = everyCode(130, 6);
  expect(() => checkCodes(words, 'here')).not.toThrow();
  const values = unpackRows(words, 128, 1);
  for (let quarter = 0; quarter < 4; quarter++) {
    const seen = new Set<number>();
    for (let k = 0; k < 128; k++) if (Math.floor(k / 16) % 4 === quarter) seen.add(values[k]);
    expect([...seen].sort()).toEqual([-1, 0, 1]);
  }
});
