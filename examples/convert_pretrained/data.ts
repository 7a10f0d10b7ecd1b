import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadDigits } from '../mnist/data';
import { readImages, type LabelledImages } from '../support/images';

/** Where Debian's package `dataset-fashion-mnist` puts its files. */
const FASHION = '/usr/share/datasets/fashion-mnist';
const FASHION_PIXELS = { mean: 0.286, deviation: 0.353 };

export interface Data {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

/** What `loadData` takes: Fashion-MNIST where it is installed, or else the digits of MNIST. */
export function defaultData(): string {
  return existsSync(FASHION) ? 'fashion' : 'digits';
}

/** @throws if `name` is neither `'fashion'` nor `'digits'`, or its files are not installed. */
export async function loadData(name: string): Promise<Data> {
  if (name !== 'fashion' && name !== 'digits') {
    throw new Error(`--data must be fashion or digits, got ${name}.`);
  }
  const load = name === 'fashion' ? loadFashion : loadDigits;
  return { train: await load('train'), test: await load('t10k') };
}

function loadFashion(part: 'train' | 't10k'): Promise<LabelledImages> {
  const file = (kind: string) => join(FASHION, `${part}-${kind}-ubyte.gz`);
  return readImages(file('images-idx3'), file('labels-idx1'), FASHION_PIXELS);
}
