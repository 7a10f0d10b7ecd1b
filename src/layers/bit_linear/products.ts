import { reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { blendedProduct } from '../../ops/blended_product';
import { packedMatMul } from '../../ops/ternary_mat_mul';
import { trainableProduct } from '../../ops/trainable_product';
import type { TernaryProducts } from '../ternary/products';

/** Matrix products over the last axis of x, [..., in]. */
export function matMulProducts(skipZeroBlocks: boolean): TernaryProducts {
  return {
    trained: ({ x, bias, inputQuantizer, eps }, kernel) =>
      onRows(x, (rows) => trainableProduct(rows, kernel, bias, inputQuantizer, eps)),
    blended: ({ x, kernel, bias, ...options }) =>
      onRows(x, (rows) => blendedProduct(rows, kernel as Tensor2D, bias, options)),
    packed: (operands) => packedMatMul({ ...operands, skipZeroBlocks }),
  };
}

function onRows(x: Tensor, product: (rows: Tensor2D) => Tensor): Tensor {
  const y = product(reshape(x, [-1, x.shape[x.rank - 1]!]) as Tensor2D);
  return reshape(y, [...x.shape.slice(0, -1), y.shape[1]!]);
}
