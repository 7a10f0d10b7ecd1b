import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';

/** Gray images of 28 x 28 pixels in ten classes. */
export interface LabelledImages {
  /** float32 [examples, 784], standardised. */
  images: tf.Tensor2D;
  /** float32 [examples], 0 to 9. */
  labels: tf.Tensor1D;
}

/** Mean and standard deviation of the pixels in [0, 1]. */
export interface PixelStatistics {
  readonly mean: number;
  readonly deviation: number;
}

/** Reads files of the format IDX, as the sets of MNIST and its kin come in; compressed ones end in .gz. */
export async function readImages(
  imageFile: string,
  labelFile: string,
  { mean, deviation }: PixelStatistics,
): Promise<LabelledImages> {
  const [pixels, labels] = [await readIdx(imageFile), await readIdx(labelFile)];
  const standardised = Float32Array.from(pixels, (pixel) => (pixel / 255 - mean) / deviation);
  return {
    images: tf.tensor2d(standardised, [labels.length, 784]),
    labels: tf.tensor1d(Float32Array.from(labels)),
  };
}

/** The bytes behind the header: its fourth byte counts the dimensions, of four bytes each. */
async function readIdx(path: string): Promise<Uint8Array> {
  const file = await readFile(path);
  const bytes = path.endsWith('.gz') ? gunzipSync(file) : file;
  return bytes.subarray(4 + 4 * bytes[3]!);
}
