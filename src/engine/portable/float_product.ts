import { unpackRows } from '../../packing/int2';
import type { TernaryProduct } from '../ternary_product';
import { activate } from './activate';

/**
 * The packed product in plain JavaScript with float inputs (`inputQuantizer: 'none'`).
 * Unpacks one output at a time, and sums in double precision.
 */
export function floatProduct(product: TernaryProduct, y: Float32Array): void {
  const { x, packed, scale, bias, rows, inFeatures, units, activation } = product;
  const wordsPerRow = packed.length / units;
  for (let n = 0; n < units; n++) {
    const words = packed.subarray(n * wordsPerRow, (n + 1) * wordsPerRow);
    const weights = unpackRows(words, inFeatures, 1);
    for (let row = 0; row < rows; row++) {
      const sum = dot(x, row * inFeatures, weights);
      const value = Math.fround(Math.fround(sum) * scale[scale.length === 1 ? 0 : n]!);
      y[row * units + n] = bias == null ? value : value + bias[n]!;
    }
  }
  activate(y, activation);
}

function dot(x: Float32Array, offset: number, weights: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += x[offset + k]! * weights[k]!;
  return sum;
}
