import { packBits } from '../../src/vision';
import { goldenValues, readGolden, type GoldenTensor } from '../support/golden_vision';

const golden = readGolden<{ descriptors: GoldenTensor; packed: { data: number[] } }>('matching');

test('the bytes are those of NumPy', () => {
  const bytes = packBits(goldenValues(golden.descriptors), 64);
  expect([...bytes]).toEqual(golden.packed.data);
});

test('the last byte of each row is completed with zeros', () => {
  const descriptors = Float32Array.from({ length: 18 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  expect([...packBits(descriptors, 9)]).toEqual([0b10101010, 0b10000000, 0b01010101, 0]);
});

test('0 and negative zero give the bit 0, infinity its sign', () => {
  const [byte] = packBits(Float32Array.of(0, -0, Infinity, -Infinity));
  expect(byte).toBe(0b00100000);
});

test('bad input is refused by name', () => {
  const pack = packBits as (...args: unknown[]) => unknown;
  expect(() => pack([1, 2])).toThrow('packBits: descriptors must be a Float32Array of at least');
  expect(() => pack(new Float32Array(0))).toThrow('packBits: descriptors must be');
  expect(() => pack(new Float32Array(6), 4)).toThrow(
    'width must be a positive integer that divides 6',
  );
  expect(() => pack(Float32Array.of(1, NaN))).toThrow('must be numbers (see index 1), got NaN');
});
