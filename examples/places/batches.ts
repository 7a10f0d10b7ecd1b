import * as tf from '@tensorflow/tfjs';
import { placeBatches } from 'tfjs-bitcore/training';
import { between, randomFrom, type Random } from './world/random';
import { BYTES_PER_VIEW, SIZE } from './world/survey';

/** How far training moves a view, in pixels. */
const SHIFT = 3;
/** The smallest deviation that is divided by: noise stays noise. */
const LEAST_DEVIATION = 4;

export interface BatchesArgs {
  /** The bytes of the views, place by place. */
  readonly pixels: Uint8Array;
  readonly viewsPerPlace: number;
  /** Places of a batch, and views of each of them. */
  readonly places: number;
  readonly views: number;
  /** Epochs that an earlier run did. */
  readonly initialEpoch: number;
  readonly seed: number;
}

/** Batches of places, each from several views, which are moved at random; the label of a view is its place. */
export function trainingBatches({ pixels, viewsPerPlace, ...options }: BatchesArgs) {
  const count = pixels.length / BYTES_PER_VIEW;
  const labels = Int32Array.from({ length: count }, (_, i) => Math.floor(i / viewsPerPlace));
  return placeBatches(
    (indices, { epoch, batch }) =>
      movedViews(pixels, indices, randomFrom(options.seed, epoch, batch)),
    labels,
    options,
  );
}

function movedViews(pixels: Uint8Array, indices: Int32Array, random: Random): tf.Tensor4D {
  const xs = new Float32Array(indices.length * BYTES_PER_VIEW);
  for (const [i, index] of indices.entries()) {
    const target = xs.subarray(i * BYTES_PER_VIEW, (i + 1) * BYTES_PER_VIEW);
    const source = pixels.subarray(index * BYTES_PER_VIEW, (index + 1) * BYTES_PER_VIEW);
    copyShifted(source, target, shift(random), shift(random));
    standardize(target);
  }
  return tf.tensor4d(xs, [indices.length, SIZE, SIZE, 3]);
}

/** Views in the form in which nets take them. */
export function viewTensor(pixels: Uint8Array, start: number, end: number): tf.Tensor4D {
  const xs = Float32Array.from(pixels.subarray(start * BYTES_PER_VIEW, end * BYTES_PER_VIEW));
  for (let at = 0; at < xs.length; at += BYTES_PER_VIEW) {
    standardize(xs.subarray(at, at + BYTES_PER_VIEW));
  }
  return tf.tensor4d(xs, [end - start, SIZE, SIZE, 3]);
}

function shift(random: Random): number {
  return Math.round(between(random, -SHIFT, SHIFT));
}

/** Beyond its edges, a view goes on with the pixels at the edge. */
function copyShifted(source: Uint8Array, target: Float32Array, right: number, down: number): void {
  const inside = (value: number) => Math.min(SIZE - 1, Math.max(0, value));
  for (let row = 0; row < SIZE; row++) {
    const sourceRow = inside(row - down) * SIZE;
    for (let column = 0; column < SIZE; column++) {
      const from = 3 * (sourceRow + inside(column - right));
      const to = 3 * (row * SIZE + column);
      for (let channel = 0; channel < 3; channel++) {
        target[to + channel] = source[from + channel];
      }
    }
  }
}

/** Each channel gets mean 0 and deviation 1: what is left of night, tint and exposure is small. */
function standardize(view: Float32Array): void {
  const count = view.length / 3;
  for (let channel = 0; channel < 3; channel++) {
    let [sum, squares] = [0, 0];
    for (let i = channel; i < view.length; i += 3) {
      sum += view[i];
      squares += view[i] * view[i];
    }
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    const factor = 1 / Math.max(deviation, LEAST_DEVIATION);
    for (let i = channel; i < view.length; i += 3) view[i] = (view[i] - mean) * factor;
  }
}
