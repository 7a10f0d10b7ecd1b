import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import type { InputQuantizerName } from '../../quantizers/input/registry';
import type { TernaryProducts } from './products';

/** What both lives of a kernel know about their layer. */
export interface TernaryKernelOptions {
  /** The name of the layer in errors. */
  readonly label: string;
  readonly products: TernaryProducts;
  readonly inputQuantizer: InputQuantizerName;
  readonly eps: number;
}

/** The parts of a tfjs activation function that a kernel uses. */
export interface LayerActivation {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** Adds a weight of zeros to a layer, and returns it. */
export type AddWeight = (
  name: string,
  shape: Shape,
  dtype: 'float32' | 'int32',
  trainable: boolean,
) => LayerVariable;

export interface KernelStatistics {
  /** Share of the ternary weights that are 0. */
  readonly zeros: number;
  /** Number of scales: 1, or one for each output. */
  readonly scales: number;
}

/** The kernel of a ternary layer, in one of its two lives: latent floats to train, or packed words. */
export interface TernaryKernel {
  /** Whether this is the packed life. */
  readonly deployed: boolean;
  /** The share of the quantization that is in force; always 1 in the packed life. */
  blend: number;
  /** The shape [in, units] for the quantizers and the packed words. @throws if the layer is not built. */
  readonly matrixShape: readonly [number, number];
  /** The kernel's own weights, in the order of `layer.weights`; none before the layer is built. */
  readonly weights: readonly LayerVariable[];
  /** activation(x . kernel + bias). */
  forward(x: Tensor, bias: Tensor | undefined, activation: LayerActivation): Tensor;
  /** @throws if the layer is not built, or its packed words hold the unused code 3. */
  statistics(): KernelStatistics;
  /** Frees what is held beside the weights; the layer calls it when tfjs disposes of them. */
  release(): void;
  /** The entries of the layer's config that describe this life. */
  getConfig(): serialization.ConfigDict;
}
