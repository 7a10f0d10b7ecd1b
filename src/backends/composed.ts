import {
  engine,
  keep,
  maximum,
  tensor2d,
  tidy,
  transpose,
  type DataId,
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
import { checkCodesOnce } from './array_product';
import type { Backend } from './backend';
import { releaseDisposed } from './disposed_words';

/**
 * On GPUs the tfjs kernel is composed of the ops of the trainable layer, with a dense ternary kernel that is
 * unpacked once per weight. The packed words never reach the GPU: WebGL would keep them as floats,
 * which are exact only to 2^24.
 */
const composedTernaryMatMul: KernelFunc = ({ inputs, attrs }) => {
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

const composedTernaryConv2D: KernelFunc = ({ inputs, attrs }) => {
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
  return activation === 'relu' ? maximum(y, 0) : y;
}

/** The backend of that name, whose tensors lie on a GPU. */
export function composed(name: string): Backend {
  return {
    name,
    computedBy: 'ops',
    tfjsKernels: { TernaryMatMul: composedTernaryMatMul, TernaryConv2D: composedTernaryConv2D },
    release: disposeDenseKernel,
    threads: () => 1,
  };
}

const denseKernels = new WeakMap<DataId, Tensor>();
/** For packed weights that nobody released: their dense kernel is freed when they are collected. */
const collected = new FinalizationRegistry<Tensor>((dense) => dense.dispose());

function denseKernel(packed: Tensor, inFeatures: number, kernel: string): Tensor {
  const known = denseKernels.get(packed.dataId);
  if (known?.shape[0] === inFeatures) return known;
  if (known != null) disposeDenseKernel(packed.dataId);
  releaseDisposed(packed.dataId, disposeDenseKernel);
  const words = engine().readSync(packed.dataId) as Int32Array;
  checkCodesOnce(packed.dataId, () => words, kernel);
  const units = packed.shape[0];
  const rows = unpackRows(words, inFeatures, units);
  const dense = keep(tidy(() => transpose(tensor2d(rows, [units, inFeatures]))));
  denseKernels.set(packed.dataId, dense);
  collected.register(packed.dataId, dense, packed.dataId);
  return dense;
}

function disposeDenseKernel(packed: DataId): void {
  collected.unregister(packed);
  denseKernels.get(packed)?.dispose();
  denseKernels.delete(packed);
}
