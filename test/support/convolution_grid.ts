import type { Convolution } from './convolution_reference';

/*
 * The one grid of convolutions that every engine and the layer must get right: windows, strides, dilations, paddings,
 * channels with tails around every block size, and images down to one point.
 */

export interface GridCase {
  readonly kernelSize: [number, number];
  readonly strides?: [number, number];
  readonly dilationRate?: [number, number];
  readonly padding: 'same' | 'valid';
  /** [images, height, width, channels]. */
  readonly shape: [number, number, number, number];
  readonly filters: number;
}

const same = 'same' as const;
const valid = 'valid' as const;

const GRID: GridCase[] = [
  { kernelSize: [1, 1], padding: valid, shape: [5, 3, 5, 17], filters: 5 },
  { kernelSize: [1, 1], strides: [2, 2], padding: same, shape: [1, 5, 5, 64], filters: 4 },
  { kernelSize: [1, 1], strides: [3, 3], padding: valid, shape: [5, 7, 4, 3], filters: 9 },
  { kernelSize: [2, 2], padding: same, shape: [5, 5, 4, 1], filters: 1 },
  { kernelSize: [2, 2], strides: [2, 2], padding: valid, shape: [1, 6, 7, 17], filters: 3 },
  { kernelSize: [2, 2], dilationRate: [2, 2], padding: same, shape: [5, 5, 5, 3], filters: 6 },
  { kernelSize: [3, 3], padding: same, shape: [1, 7, 6, 64], filters: 12 },
  { kernelSize: [3, 3], padding: valid, shape: [5, 3, 3, 130], filters: 7 },
  { kernelSize: [3, 3], padding: same, shape: [5, 1, 1, 64], filters: 4 },
  { kernelSize: [3, 3], strides: [2, 2], padding: same, shape: [5, 7, 8, 3], filters: 13 },
  { kernelSize: [3, 3], strides: [3, 3], padding: same, shape: [1, 8, 7, 17], filters: 5 },
  { kernelSize: [3, 3], strides: [1, 3], padding: same, shape: [5, 5, 9, 3], filters: 2 },
  { kernelSize: [3, 3], dilationRate: [2, 2], padding: same, shape: [5, 6, 7, 17], filters: 9 },
  { kernelSize: [3, 3], dilationRate: [2, 2], padding: valid, shape: [1, 5, 5, 1], filters: 3 },
  { kernelSize: [1, 3], padding: same, shape: [5, 4, 9, 17], filters: 8 },
  { kernelSize: [5, 2], strides: [2, 1], padding: valid, shape: [5, 9, 4, 3], filters: 5 },
  { kernelSize: [5, 5], padding: same, shape: [1, 6, 6, 64], filters: 4 },
  { kernelSize: [5, 5], strides: [2, 2], padding: valid, shape: [5, 11, 9, 1], filters: 6 },
  { kernelSize: [5, 5], dilationRate: [2, 2], padding: same, shape: [1, 9, 10, 3], filters: 4 },
  { kernelSize: [7, 7], strides: [2, 2], padding: same, shape: [1, 14, 13, 3], filters: 11 },
  { kernelSize: [7, 7], padding: valid, shape: [5, 7, 7, 17], filters: 3 },
  { kernelSize: [7, 3], dilationRate: [2, 1], padding: same, shape: [1, 13, 5, 3], filters: 4 },
];

function titleOf({ kernelSize, strides, dilationRate, padding, shape }: GridCase): string {
  const [images, height, width, channels] = shape;
  const step = dilationRate == null ? `stride ${strides ?? [1, 1]}` : `dilation ${dilationRate}`;
  return `${kernelSize.join('x')}, ${step}, ${padding}, ${images} of ${height}x${width}x${channels}`;
}

/** Rows of `test.each`. */
export const TITLED_GRID = GRID.map((each): [string, GridCase] => [titleOf(each), each]);

/** The window of a case with all of its numbers. */
export function windowOf(each: GridCase): Convolution['window'] {
  const { kernelSize, strides = [1, 1], dilationRate = [1, 1], padding } = each;
  return { kernelSize, strides, dilationRate, padding };
}
