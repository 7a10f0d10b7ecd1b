import { reshape, slice, squeeze, type Tensor } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import type { Grid } from './resize_grid';

/** Takes a part of the values of a layer's output. */
export type TakeTokens = (values: Tensor) => Tensor;

/** The class token, [batch, channels]: the first token, or all of an output without tokens. */
export function classToken({ shape }: SymbolicTensor, argument: string): TakeTokens {
  if (shape.length === 2) return (values) => values;
  if (shape.length === 3) {
    return (values) => squeeze(slice(values, [0, 0, 0], [-1, 1, -1]), [1]);
  }
  const expected = 'a layer of output [batch, tokens, channels] or [batch, channels]';
  throw argumentError('distill', argument, expected, shape);
}

export interface Patches {
  readonly grid: Grid;
  /** Gives [batch, rows, columns, channels]. */
  readonly take: TakeTokens;
}

/**
 * The patch tokens: all tokens but the first, or the places of a map.
 * @param grid rows and columns of tokens; without it they are as many rows as columns.
 */
export function patchTokens(
  { shape }: SymbolicTensor,
  grid: Grid | undefined,
  argument: string,
): Patches {
  if (shape.length === 4 && shape[1] != null && shape[2] != null) {
    const own = [shape[1], shape[2]] as const;
    if (grid == null || String(grid) === String(own)) return { grid: own, take: (map) => map };
    throw argumentError('distill', `${argument}Grid`, `that of the map, [${String(own)}]`, grid);
  }
  if (shape.length !== 3 || shape[1] == null || shape[1] < 2) {
    const expected =
      'a layer of output [batch, 1 + patches, channels] or [batch, rows, columns, channels]';
    throw argumentError('distill', argument, expected, shape);
  }
  const patches = shape[1] - 1;
  const [rows, columns] = grid ?? squareOf(patches);
  if (rows * columns !== patches) {
    const expected = `[rows, columns] of the layer's ${patches} patches`;
    throw argumentError('distill', `${argument}Grid`, expected, grid);
  }
  const take = (tokens: Tensor) => {
    const [batch, , channels] = tokens.shape as [number, number, number];
    return reshape(slice(tokens, [0, 1, 0], [-1, -1, -1]), [batch, rows, columns, channels]);
  };
  return { grid: [rows, columns], take };
}

function squareOf(patches: number): Grid {
  const side = Math.round(Math.sqrt(patches));
  return [side, side];
}
