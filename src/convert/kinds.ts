import type { serialization } from '@tensorflow/tfjs-core';
import { BitConv2D } from '../layers/bit_conv2d/layer';
import { BitLinear } from '../layers/bit_linear/layer';
import type { BitConv2DOptions } from '../layers/bit_conv2d/options';
import type { BitLinearOptions } from '../layers/bit_linear/options';
import { Conv2D } from '../tfjs/conv2d';
import { Dense } from '../tfjs/dense';

/** The layers that `convert` makes ternary, by the names of the functions that make them. */
export type ConvertedKind = 'dense' | 'conv2d';

/** What a layer of such a kind becomes. */
export type TernaryForm = BitLinear | BitConv2D;

export interface Kind {
  /** The class of tfjs. */
  readonly float: typeof Dense | typeof Conv2D;
  readonly ternaryName: string;
  /** @param config of the float layer, and how to quantize. */
  make(config: serialization.ConfigDict | object): TernaryForm;
}

export const KINDS: Readonly<Record<ConvertedKind, Kind>> = {
  dense: {
    float: Dense,
    ternaryName: BitLinear.className,
    make: (config) => new BitLinear(config as BitLinearOptions),
  },
  conv2d: {
    float: Conv2D,
    ternaryName: BitConv2D.className,
    make: (config) => new BitConv2D(config as BitConv2DOptions),
  },
};

/** Convolutions without a ternary form, by their classes, and why. */
export const FLOAT_CONVOLUTIONS: ReadonlyMap<string, string> = new Map([
  ['DepthwiseConv2D', 'depthwise: few inputs for each output, and few weights'],
  ['SeparableConv2D', 'separable: only a Conv2D of its own can be its pointwise half'],
  ['Conv2DTranspose', 'transposed: it has no packed product'],
]);
