import * as tf from '@tensorflow/tfjs';
import { packTernary } from '../../src';
import { convolutionGeometry } from '../../src/engine/convolution/geometry';
import { packedConv2D } from '../../src/ops/ternary_conv2d';
import type { InputQuantizerName } from '../../src/quantizers/input/registry';
import { windowOf, type GridCase } from './convolution_grid';
import type { PackedConvolution } from './convolution_reference';
import { INPUTS } from './product_grid';
import { randomFloats, randomTernary, sizeOf } from './values';

/** A convolution of random weights; one scale or several, bias or none, ReLU or none take turns by the seed. */
export function packedConvolution(each: GridCase, input: string, seed: number): PackedConvolution {
  const { kernelSize, shape, filters } = each;
  const size = sizeOf(kernelSize) * shape[3] * filters;
  return {
    x: INPUTS[input](sizeOf(shape), seed, sizeOf(shape) / shape[0]),
    shape,
    kernel: randomTernary(size, seed),
    filters,
    window: windowOf(each),
    scale: randomFloats(seed % 2 ? filters : 1, seed).map((s) => Math.abs(s) + 1e-5),
    bias: seed % 3 ? randomFloats(filters, seed + 1) : undefined,
    eps: 1e-5,
    activation: (['relu', 'relu6', 'linear'] as const)[Math.min(seed % 5, 2)],
  };
}

/** What the op makes of it. */
export function opConvolution(
  convolution: PackedConvolution,
  inputQuantizer: InputQuantizerName = 'int8',
): tf.Tensor {
  const { x, shape, kernel, filters, window, scale, bias, eps, activation } = convolution;
  const [, height, width, channels] = shape;
  return tf.tidy(() =>
    packedConv2D(
      {
        x: tf.tensor(x, [...shape]),
        packed: packTernary(tf.tensor2d(kernel, [kernel.length / filters, filters])),
        scale: tf.tensor1d(scale),
        bias: bias && tf.tensor1d(bias),
        inputQuantizer,
        eps,
        activation: activation ?? 'linear',
      },
      convolutionGeometry([height, width, channels], window),
    ),
  );
}
