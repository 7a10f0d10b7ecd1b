import * as tf from '@tensorflow/tfjs';
import { packTernary, ternaryMatMul, type InputQuantizerName } from '../../src';
import { withLeakCheck } from './leaks';
import type { Product } from './product_reference';

/** The product by the public op on the backend that is set. */
export function opProduct(product: Product, inputQuantizer: InputQuantizerName): tf.TypedArray {
  const { x, ternary, scale, bias, rows, inFeatures, units, eps, activation, skipZeroBlocks } =
    product;
  return tf.tidy(() => {
    const args = {
      x: tf.tensor2d(x, [rows, inFeatures]),
      packed: packTernary(tf.tensor2d(ternary, [inFeatures, units])),
      scale: tf.tensor1d(scale),
      bias: bias && tf.tensor1d(bias),
      inputQuantizer,
      eps,
      activation,
      skipZeroBlocks,
    };
    return withLeakCheck(() => ternaryMatMul(args)).dataSync();
  });
}
