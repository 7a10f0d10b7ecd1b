import { add, mul, reshape, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { imageSize, type ConvolutionGeometry } from '../engine/convolution/geometry';
import type { InputQuantizer } from '../quantizers/input/input_quantizer';
import { convolutionForTraining } from './convolution';
import type { Multiply } from './trainable_product';

/** Images as rows of a product: each has one scale. */
export function imageRows(x: Tensor, geometry: ConvolutionGeometry): Tensor2D {
  return reshape(x, [-1, imageSize(geometry)]);
}

/** The convolution of images that are rows with a kernel that is a matrix [in, out]. */
export function convolutionOfRows(geometry: ConvolutionGeometry): Multiply {
  const { height, width, channels } = geometry;
  return (rows, kernel) =>
    convolutionForTraining(
      reshape(rows, [-1, height.inputs, width.inputs, channels]),
      reshape(kernel, [height.kernel, width.kernel, channels, -1]),
      geometry,
    );
}

/**
 * A rule whose scale is NaN for an image with NaN or infinity: all outputs of that image are NaN, also those whose
 * window sees finite numbers alone, as their scale is that of the whole image.
 */
export function ruleForImages(rule: InputQuantizer): InputQuantizer {
  return {
    ...rule,
    quantize(x, eps) {
      const { values, rowScale } = rule.quantize(x, eps);
      if (rowScale == null) return { values, rowScale };
      return { values, rowScale: add(rowScale, sum(mul(values, 0), 1, true)) };
    },
  };
}
