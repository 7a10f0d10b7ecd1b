import * as tf from '@tensorflow/tfjs';
import { viewTensor } from './batches';
import type { Views } from './world/views';

const BATCH = 125;
/** Pixels of a side that the pixel baseline takes the mean of. */
const COARSENESS = 3;

export type Describe = (views: tf.Tensor4D) => tf.Tensor2D;

/** [views, width]. */
export function descriptorsOf(describe: Describe, { pixels, places }: Views): tf.Tensor2D {
  return tf.tidy(() => {
    const parts: tf.Tensor2D[] = [];
    for (let start = 0; start < places.length; start += BATCH) {
      const end = Math.min(places.length, start + BATCH);
      parts.push(tf.tidy(() => describe(viewTensor(pixels, start, end))));
    }
    return tf.concat(parts);
  });
}

export function describeBy(net: tf.LayersModel): Describe {
  return (views) => net.predictOnBatch(views) as tf.Tensor2D;
}

/** The coarse pixels themselves, of length 1: what can be had without learning. */
export function describeByPixels(views: tf.Tensor4D): tf.Tensor2D {
  const coarse = tf.avgPool(views, COARSENESS, COARSENESS, 'valid');
  const flat = tf.reshape(coarse, [views.shape[0], -1]);
  return tf.div(flat, tf.norm(flat, 'euclidean', 1, true));
}
