import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  convolutionGeometry,
  type ConvolutionGeometry,
  type ConvolutionWindow,
} from '../../engine/convolution/geometry';
import { blendedProduct } from '../../ops/blended_product';
import { packedConv2D } from '../../ops/ternary_conv2d';
import { convolutionOfRows, imageRows, ruleForImages } from '../../ops/trainable_convolution';
import { trainableProduct } from '../../ops/trainable_product';
import type { TernaryProducts } from '../ternary/products';

/** Convolutions of images x, [batch, height, width, channels], whose inputs have one scale for each image. */
export function convolutionProducts(window: ConvolutionWindow): TernaryProducts {
  const geometryOf = ({ shape }: Tensor): ConvolutionGeometry => {
    const [, height, width, channels] = shape as [number, number, number, number];
    return convolutionGeometry([height, width, channels], window);
  };
  return {
    trained({ x, bias, inputQuantizer, eps }, kernel) {
      const geometry = geometryOf(x);
      const rule = ruleForImages(inputQuantizer);
      const multiply = convolutionOfRows(geometry);
      return trainableProduct(imageRows(x, geometry), kernel, bias, rule, eps, multiply);
    },
    blended({ x, kernel, bias, ...options }) {
      const geometry = geometryOf(x);
      const rule = { ...options, inputQuantizer: ruleForImages(options.inputQuantizer) };
      const multiply = convolutionOfRows(geometry);
      return blendedProduct(imageRows(x, geometry), kernel as Tensor2D, bias, rule, multiply);
    },
    packed: (operands) => packedConv2D(operands, geometryOf(operands.x)),
  };
}
