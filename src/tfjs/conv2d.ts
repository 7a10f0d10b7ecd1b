import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayerVariable } from '@tensorflow/tfjs-layers';

/** The arguments of `tf.layers.conv2d`. */
export type Conv2DArgs = Parameters<typeof layers.conv2d>[0];

/*
 * Relies on the class Conv2D, which tfjs-layers does not export: it is taken from a layer. Its fields are protected
 * in tfjs's types. `build` makes `kernel` and, with `useBias`, `bias` with `addWeight`. `call` convolves with the
 * kernel, adds the bias and applies `activation`. The constructor turns single numbers of the window into lists.
 */

/** The part of tfjs's Conv2D that BitConv2D uses. */
export declare class Conv2DLayer extends layers.Layer {
  static readonly className: string;
  constructor(args: Conv2DArgs);
  readonly filters: number;
  readonly kernelSize: [number, number];
  readonly strides: [number, number];
  readonly dilationRate: [number, number];
  readonly padding: 'same' | 'valid';
  readonly dataFormat: 'channelsFirst' | 'channelsLast';
  readonly useBias: boolean;
  kernel: LayerVariable | null;
  bias: LayerVariable | null;
  readonly activation: { apply(x: Tensor): Tensor; getClassName(): string };
}

// A given name keeps this layer from using up the automatic name "conv2d_Conv2D1".
export const Conv2D = layers.conv2d({ filters: 1, kernelSize: 1, name: 'probe' })
  .constructor as typeof Conv2DLayer;
