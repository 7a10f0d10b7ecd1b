import { reshape, tensor2d, transpose, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { matMulForTraining } from '../../ops/mat_mul_for_training';

export type Grid = readonly [rows: number, columns: number];

/**
 * Bilinear resizing with half-pixel centers (`align_corners=False` in PyTorch), as two products with
 * constant matrices: the gradient of `tf.image.resizeBilinear` ignores the half pixels.
 *
 * @param x of shape [batch, rows, columns, channels].
 * @returns [batch, grid[0], grid[1], channels].
 */
export function resizeGrid(x: Tensor, grid: Grid): Tensor {
  const [batch, rows, columns, channels] = x.shape as [number, number, number, number];
  if (rows === grid[0] && columns === grid[1]) return x;
  const inRows = resizeFirstAxis(transpose(x, [1, 0, 2, 3]), grid[0]);
  const byColumns = transpose(reshape(inRows, [grid[0], batch, columns, channels]), [2, 1, 0, 3]);
  return transpose(resizeFirstAxis(byColumns, grid[1]), [1, 2, 0, 3]);
}

function resizeFirstAxis(x: Tensor, length: number): Tensor {
  const [from, ...rest] = x.shape as [number, ...number[]];
  const rows = reshape(x, [from, -1]) as Tensor2D;
  return reshape(matMulForTraining(interpolation(from, length), rows), [length, ...rest]);
}

/** Row i has the shares of the input's entries in entry i of the output: shape [length, from]. */
function interpolation(from: number, length: number): Tensor2D {
  const shares = new Float32Array(length * from);
  for (let i = 0; i < length; i++) {
    const center = ((i + 0.5) * from) / length - 0.5;
    const position = Math.min(Math.max(center, 0), from - 1);
    const lower = Math.min(Math.floor(position), Math.max(0, from - 2));
    shares[i * from + lower]! += 1 - (position - lower);
    if (position > lower) shares[i * from + lower + 1]! += position - lower;
  }
  return tensor2d(shares, [length, from]);
}
