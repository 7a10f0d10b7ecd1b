import {
  maximum,
  minimum,
  tensor2d,
  transpose,
  type KernelFunc,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { inFeaturesOf } from '../engine/convolution/geometry';
import type { Activation } from '../engine/ternary_product';
import { TERNARY_CONV2D, type TernaryConv2DAttrs } from '../ops/ternary_conv2d';
import { TERNARY_MAT_MUL, type TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import { convolutionOfRows, imageRows, ruleForImages } from '../ops/trainable_convolution';
import { trainableProduct } from '../ops/trainable_product';
import { inputQuantizer } from '../quantizers/input/registry';
import { unpackRows } from '../packing/int2';
import type { Backend } from './backend';
import { gpuCopy, releaseGpuCopy } from './gpu_copies';

/**
 * The tfjs kernel composed of the ops of the trainable layer, with a dense ternary kernel that is unpacked once per
 * weight. The packed words do not reach the GPU: WebGL would keep them as floats, which are exact only to 2^24.
 */
export const composedTernaryMatMul: KernelFunc = ({ inputs, attrs }) => {
  const { x, packed, scale, bias } = inputs as unknown as Record<string, Tensor>;
  const { inFeatures, eps, activation, ...rule } = attrs as unknown as TernaryMatMulAttrs;
  const quantized = { ternary: denseKernel(packed!, inFeatures, TERNARY_MAT_MUL), scale: scale! };
  const y = trainableProduct(
    x as Tensor2D,
    quantized,
    bias,
    inputQuantizer(rule.inputQuantizer),
    eps,
  );
  return activated(y, activation);
};

export const composedTernaryConv2D: KernelFunc = ({ inputs, attrs }) => {
  const { x, packed, scale, bias } = inputs as unknown as Record<string, Tensor>;
  const { geometry, eps, activation, ...rule } = attrs as unknown as TernaryConv2DAttrs;
  const quantized = {
    ternary: denseKernel(packed!, inFeaturesOf(geometry), TERNARY_CONV2D),
    scale: scale!,
  };
  const y = trainableProduct(
    imageRows(x!, geometry),
    quantized,
    bias,
    ruleForImages(inputQuantizer(rule.inputQuantizer)),
    eps,
    convolutionOfRows(geometry),
  );
  return activated(y, activation);
};

/** Not tfjs's relu, which on webgl makes NaN of -infinity. */
function activated(y: Tensor, activation: Activation): Tensor {
  if (activation === 'linear') return y;
  const positive = maximum(y, 0);
  return activation === 'relu6' ? minimum(positive, 6) : positive;
}

/** The backend of that name, whose tensors lie on a GPU. */
export function composed(name: string): Backend {
  return {
    name,
    computedBy: () => 'ops',
    tfjsKernels: { TernaryMatMul: composedTernaryMatMul, TernaryConv2D: composedTernaryConv2D },
    release: releaseGpuCopy,
    threads: () => 1,
  };
}

function denseKernel(packed: Tensor, inFeatures: number, kernel: string): Tensor {
  const units = packed.shape[0]!;
  return gpuCopy(packed, {
    kernel,
    serves: ({ dtype, shape }) => dtype === 'float32' && shape[0] === inFeatures,
    make: (words) => transpose(tensor2d(unpackRows(words, inFeatures, units), [units, inFeatures])),
  });
}
