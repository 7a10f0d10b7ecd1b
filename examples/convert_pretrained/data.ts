import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadDigits } from '../mnist/data';
import { readImages, type LabelledImages } from '../support/images';

/** Where Debian's package `dataset-fashion-mnist` puts its files. */
const FASHION = '/usr/share/datasets/fashion-mnist';
const FASHION_PIXELS = { mean: 0.286, deviation: 0.353 };

export interface Data {
  readonly name: string;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

/** Fashion-MNIST where it is installed, or else the digits of MNIST. */
export async function loadData(): Promise<Data> {
  const fashion = existsSync(FASHION);
  const load = fashion ? loadFashion : loadDigits;
  const name = fashion ? 'Fashion-MNIST' : 'MNIST';
  return { name, train: await load('train'), test: await load('t10k') };
}

function loadFashion(part: 'train' | 't10k'): Promise<LabelledImages> {
  const file = (kind: string) => join(FASHION, `${part}-${kind}-ubyte.gz`);
  return readImages(file('images-idx3'), file('labels-idx1'), FASHION_PIXELS);
}
