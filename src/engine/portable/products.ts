import type { InputQuantizerName } from '../../quantizers/input/registry';
import type { TernaryProduct } from '../ternary_product';
import { floatProduct } from './float_product';
import { int8Product } from './int8_product';

/** The portable engine: how it computes a product, by the name of the rule that quantizes its inputs. */
export const PORTABLE_PRODUCTS: Readonly<
  Record<InputQuantizerName, (product: TernaryProduct, y: Float32Array) => void>
> = {
  int8: int8Product,
  none: floatProduct,
};
