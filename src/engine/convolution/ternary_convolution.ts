import type { TernaryProduct } from '../ternary_product';
import type { ConvolutionGeometry } from './geometry';

/** One packed convolution: y = activation(sums over windows of (x . ternary) * scales + bias). */
export interface TernaryConvolution extends Pick<
  TernaryProduct,
  'packed' | 'scale' | 'bias' | 'units' | 'eps' | 'activation'
> {
  /** float32 [images, height, width, channels]. */
  readonly x: Float32Array;
  readonly images: number;
  readonly geometry: ConvolutionGeometry;
}
