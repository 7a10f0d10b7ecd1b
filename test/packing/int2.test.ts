import { checkCodes, pack, packedShape, unpackRows, zeroShare } from '../../src/packing/int2';
import { randomSource, randomTernary, transposed } from '../support/values';

describe('layout int2', () => {
  const bytesOf = (words: Int32Array) => [...new Uint8Array(words.buffer)];

  test('one input takes a block of 16 bytes, padded with the code of zero', () => {
    const rest = new Array<number>(15).fill(0b01010101);
    expect(bytesOf(pack([1], 1, 1))).toEqual([0b01010110, ...rest]);
    expect(bytesOf(pack([0], 1, 1))).toEqual([0b01010101, ...rest]);
    expect(bytesOf(pack([-1], 1, 1))).toEqual([0b01010100, ...rest]);
  });

  test('byte i of a block holds inputs i, i + 16, i + 32, i + 48 from its low bits up', () => {
    const values = new Array<number>(64).fill(0);
    values[5] = 1; // code 2 in bits 0-1
    values[5 + 16] = -1; // code 0 in bits 2-3
    values[5 + 32] = 1; // code 2 in bits 4-5
    values[5 + 48] = -1; // code 0 in bits 6-7
    const bytes = bytesOf(pack(values, 64, 1));
    expect(bytes[5]).toBe(0b00100010);
    expect(bytes.filter((byte) => byte === 0b01010101)).toHaveLength(15);
  });

  test('input 64 starts the second block, and an output is one row of words', () => {
    const values = new Float32Array(65 * 2);
    values[64 * 2 + 1] = 1; // input 64 of output 1
    const words = pack(values, 65, 2);
    expect(words).toHaveLength(16);
    expect([...words].map((word) => word.toString(16))).toEqual(
      Array.from({ length: 16 }, (_, i) => (i === 12 ? '55555556' : '55555555')),
    );
  });

  test('the shape is [out, in rounded up to 64, over 16]', () => {
    expect(packedShape(1, 3)).toEqual([3, 4]);
    expect(packedShape(64, 3)).toEqual([3, 4]);
    expect(packedShape(65, 3)).toEqual([3, 8]);
    expect(packedShape(4096, 1)).toEqual([1, 256]);
  });

  test('unpacking gives the values back for random shapes', () => {
    const random = randomSource(5);
    for (let round = 0; round < 60; round++) {
      const inFeatures = 1 + Math.floor(300 * random());
      const units = 1 + Math.floor(20 * random());
      const values = randomTernary(inFeatures * units, round);
      const words = pack(values, inFeatures, units);
      expect(words).toHaveLength(units * packedShape(inFeatures, units)[1]);
      expect(() => checkCodes(words, 'here')).not.toThrow();
      const rows = transposed(values, inFeatures, units);
      expect(unpackRows(words, inFeatures, units)).toEqual(rows);
      const zeros = values.filter((value) => value === 0).length;
      expect(zeroShare(words, inFeatures, units)).toBe(zeros / values.length);
    }
  });

  test('packed words stay the same when they are packed again', () => {
    const words = pack(randomTernary(77 * 5, 3), 77, 5);
    expect(pack(transposed(unpackRows(words, 77, 5), 5, 77), 77, 5)).toEqual(words);
  });

  test.each([2, 0.5, NaN, Infinity])('refuses %p, and names its place', (value) => {
    expect(() => pack([0, 1, 0, value], 2, 2)).toThrow(
      `pack: the value of input 1, output 1, must be -1, 0 or 1, got ${value}.`,
    );
  });

  test('code 3 is found at each of the 16 places of a word, and only there', () => {
    for (let place = 0; place < 16; place++) {
      const spoilt = 0x55555555 | (3 << (2 * place));
      expect(() => checkCodes(Int32Array.of(0x55555555, spoilt | 0), 'here')).toThrow(
        'here: packed must be words',
      );
    }
    expect(() =>
      checkCodes(Int32Array.of(0, 0x55555555, 0xaaaaaaaa | 0, 0x66666666), 'here'),
    ).not.toThrow();
  });
});
