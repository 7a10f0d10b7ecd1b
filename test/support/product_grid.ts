import type { Product } from './product_reference';
import { randomFloats, randomTernary } from './values';

/*
 * The one grid of products that every engine must get right: shapes with tails around every block
 * and tile size, and the inputs and kernels that are extreme.
 */

/** [rows, inFeatures, units]. */
export const SHAPES: Array<[number, number, number]> = [
  [1, 1, 1],
  [3, 1, 5],
  [1, 2, 3],
  [2, 7, 1],
  [1, 15, 4],
  [4, 16, 5],
  [2, 17, 3],
  [3, 31, 8],
  [1, 32, 7],
  [5, 33, 9],
  [2, 48, 2],
  [2, 63, 4],
  [1, 64, 4],
  [6, 65, 13],
  [2, 100, 10],
  [1, 127, 6],
  [3, 128, 16],
  [8, 129, 33],
  [7, 900, 27],
  [2, 200, 17],
  [1, 255, 5],
  [4, 256, 12],
  [2, 257, 31],
  [17, 300, 11],
  [1, 1023, 3],
  [2, 1024, 18],
  [2, 1025, 5],
  [3, 2111, 6],
  [1, 4095, 9],
  [2, 4096, 7],
  [1, 132_104, 2],
];

type Fill = (count: number, seed: number, inFeatures: number) => Float32Array;

const filled = (value: (i: number) => number) => (count: number) => {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = value(i);
  return values;
};

/** One value of each row, at a varying place, is `value`. */
const onePerRow =
  (value: number): Fill =>
  (count, seed, inFeatures) => {
    const x = randomFloats(count, seed);
    for (let row = 0; row * inFeatures < count; row++) {
      x[row * inFeatures + ((row * 7 + seed) % inFeatures)] = value;
    }
    return x;
  };

/** Random values, `largest` or NaN. From row to row, other shares of the blocks of 4 inputs are zero: some, most, or all. */
const zeroBlocks =
  (largest: number): Fill =>
  (count, seed, inFeatures) =>
    randomFloats(count, seed).map((value, i) => {
      const [row, input] = [Math.floor(i / inFeatures), i % inFeatures];
      const isKept = ((input >> 2) * 7 + seed) % 8 < [4, 0, 7, 2][row % 4];
      if (!isKept) return 0;
      return i % 3 === 0 ? (i % 2 ? largest : -largest) : value;
    });

export const INPUTS: Record<string, Fill> = {
  random: randomFloats,
  zeros: filled(() => 0),
  'all 127': filled(() => 127),
  'all -127': filled(() => -127),
  'alternating 127 and -127': filled((i) => (i % 2 ? -127 : 127)),
  // The largest magnitude is 127, so that these are quantized by 1: every second one is a tie.
  'ties at .5': (count, _seed, inFeatures) =>
    filled((i) => (i % inFeatures === 0 ? 127 : ((i % 253) - 126) / 2))(count),
  'below the floor': (count, seed) => randomFloats(count, seed).map((value) => value * 4e-6),
  'near the float32 maximum': filled((i) => (i % 3 ? 3.4e38 : -3.4e38)),
  'very different magnitudes': (count, seed) =>
    randomFloats(count, seed).map((value, i) => value * 10 ** ((i % 9) - 4)),
  'zero blocks': zeroBlocks(127),
  'zero blocks and NaN': zeroBlocks(NaN),
  'one NaN a row': onePerRow(NaN),
  'one infinity a row': onePerRow(Infinity),
  'one minus infinity a row': onePerRow(-Infinity),
};

/** The longest rows are about overflowing sums: one input suffices. */
export function inputsFor(inFeatures: number): string[] | undefined {
  return inFeatures > 10_000 ? ['all 127'] : undefined;
}

export const KERNELS: Record<string, (count: number, seed: number) => Float32Array> = {
  random: randomTernary,
  'all -1': filled(() => -1),
  'all +1': filled(() => 1),
  zeros: filled(() => 0),
};

/** Every input with every kernel for one shape; one scale or several, bias or none, ReLU, ReLU6 or none take turns. */
export function* productsOf(
  [rows, inFeatures, units]: [number, number, number],
  inputs = Object.keys(INPUTS),
): Generator<[string, Product]> {
  let seed = 0;
  for (const input of inputs) {
    for (const [kernel, fillKernel] of Object.entries(KERNELS)) {
      seed++;
      const perOutput = seed % 2 === 1;
      const hasBias = seed % 3 !== 0;
      const activation = (['relu', 'relu6', 'linear'] as const)[Math.min(seed % 5, 2)];
      const product = {
        x: INPUTS[input](rows * inFeatures, seed, inFeatures),
        ternary: fillKernel(inFeatures * units, seed),
        scale: randomFloats(perOutput ? units : 1, seed).map((s) => Math.abs(s) + 1e-5),
        bias: hasBias ? randomFloats(units, seed + 1) : undefined,
        rows,
        inFeatures,
        units,
        eps: 1e-5,
        activation,
        skipZeroBlocks: seed % 2 === 0 || input.startsWith('zero blocks'),
      };
      const options = [
        perOutput ? 'a scale per output' : 'one scale',
        hasBias ? 'bias' : 'no bias',
        activation,
      ];
      yield [`${input}, kernel ${kernel}, ${options.join(', ')}`, product];
    }
  }
}
