import { concat, pad, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The 3 x 3 patches around each patch of a grid, zeros outside of it: what a convolution "same" multiplies by its
 * kernel, reshaped to [9 * channels, out]. A convolution itself does not train on the wasm backend of TensorFlow.js.
 *
 * @param patches [batch, height * width, channels], row by row.
 * @returns [batch, height * width, 9 * channels]: the neighbors row by row.
 */
export function neighborhoods(patches: Tensor, [height, width]: [number, number]): Tensor {
  const [batch, , channels] = patches.shape as [number, number, number];
  const grid = reshape(patches, [batch, height, width, channels]);
  const around: [number, number] = [1, 1];
  const padded = pad(grid, [[0, 0], around, around, [0, 0]]);
  const shifts = [0, 1, 2];
  const neighbors = shifts.flatMap((row) =>
    shifts.map((column) => slice(padded, [0, row, column, 0], [batch, height, width, channels])),
  );
  return reshape(concat(neighbors, 3), [batch, height * width, 9 * channels]);
}
