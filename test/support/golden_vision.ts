import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tensor in a file of test/golden/vision: its numbers, or the seed of hashed ones. */
export type GoldenTensor = { readonly shape: number[] } & (
  | { readonly data: number[] }
  | { readonly hash: { readonly seed: number; readonly scale: number; readonly offset: number } }
);

/** A file of test/golden/vision: values that the original modules of TeTRA-VPR and TAT-VPR computed. */
export function readGolden<Golden>(name: string): Golden {
  const file = join(__dirname, '../golden/vision', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Golden;
}

export function goldenTensor(golden: GoldenTensor): tf.Tensor {
  return tf.tensor(goldenValues(golden), golden.shape, 'float32');
}

/** A linear layer's weight of PyTorch, [out, in], as a kernel [in, out]. */
export function goldenKernel(golden: GoldenTensor): tf.Tensor {
  return tf.tidy(() => tf.transpose(goldenTensor(golden)));
}

export function goldenValues(golden: GoldenTensor): Float32Array {
  if ('data' in golden) return Float32Array.from(golden.data);
  const { seed, scale, offset } = golden.hash;
  const size = golden.shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, (_, i) => offset + scale * hashed(seed, i));
}

/** In [-1, 1), by the finalizer of murmur3. */
function hashed(seed: number, i: number): number {
  let h = (Math.imul(seed, 0x9e3779b9) + i) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return (h >>> 0) / 2 ** 31 - 1;
}
