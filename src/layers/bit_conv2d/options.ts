import { argumentError } from '../../errors';
import { oneOf, share } from '../../options/check';
import type { OptionTable } from '../../options/option_table';
import { INPUT_QUANTIZER_NAMES, type InputQuantizerName } from '../../quantizers/input/registry';
import { QUANTIZATION_OPTIONS, type QuantizationOptions } from '../../quantizers/options';
import type { Conv2DArgs } from '../../tfjs/conv2d';
import { labelOf } from '../layer_label';
import { DEPLOYED_CONFIG, type DeployedConfig } from '../ternary/packed_weights';
import { CONV2D_OPTIONS } from '../tfjs_options';

/** Int8 inputs of a convolution, and what shares a scale: an image, or all channels of one position. */
export interface ConvolutionInputQuantizer {
  readonly name: 'int8';
  readonly per: 'image' | 'position';
}

/** The options of `tf.layers.conv2d`, and how to quantize. */
export interface BitConv2DOptions
  extends Omit<Conv2DArgs, 'padding' | 'dataFormat'>, Omit<QuantizationOptions, 'inputQuantizer'> {
  /** Zeros around an image, so that there is an output at each stride, or none. Default: `'valid'`. */
  padding?: 'valid' | 'same';
  /** The channels of a position are neighbours. Default: `'channelsLast'`. */
  dataFormat?: 'channelsLast';
  /**
   * `'int8'` quantizes each image with one scale, and makes outputs before and after `deploy()` bit-identical; `'none'`
   * multiplies floats. `{name: 'int8', per: 'position'}` gives each position a scale of its own, as BitLinear does; for
   * a window of 1x1 with strides of 1. Default: `'int8'`.
   */
  inputQuantizer?: InputQuantizerName | ConvolutionInputQuantizer;
  /**
   * How much of the quantization is in force, from 0 (a Conv2D layer) to 1 (ternary): for progressive quantization,
   * where `quantizationSchedule` moves it. Default: 1.
   */
  blend?: number;
}

/** What a saved config has beside the options. */
export type BitConv2DConfig = BitConv2DOptions & Partial<DeployedConfig>;

const NAME = oneOf(INPUT_QUANTIZER_NAMES);
const PER = oneOf(['image', 'position']);

export const BIT_CONV2D_OPTIONS = {
  ...CONV2D_OPTIONS,
  ...QUANTIZATION_OPTIONS,
  inputQuantizer: {
    expected: `${NAME.expected}, or {name: 'int8', per: 'image' or 'position'}`,
    holds: (value) => NAME.holds(value) || isPer(value),
    default: 'int8',
  },
  blend: { ...share, default: 1 },
} as const satisfies OptionTable<BitConv2DOptions>;

export const BIT_CONV2D_CONFIG = {
  ...BIT_CONV2D_OPTIONS,
  ...DEPLOYED_CONFIG,
} as const satisfies OptionTable<BitConv2DConfig>;

export function layerLabel(name: unknown): string {
  return labelOf('BitConv2D', name);
}

function isPer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, per, ...others } = value as Record<string, unknown>;
  return name === 'int8' && PER.holds(per) && Object.keys(others).length === 0;
}

interface Window {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
}

/** @throws if the window has both a stride and a dilation, or is larger than a position and quantized by positions. */
export function checkWindow(
  { kernelSize, strides, dilationRate }: Window,
  isPerPosition: boolean,
  label: string,
): void {
  const isOne = (numbers: readonly number[]) => numbers.every((number) => number === 1);
  if (!isOne(strides) && !isOne(dilationRate)) {
    const expected = `1 with strides of ${JSON.stringify(strides)} (tfjs takes one of the two)`;
    throw argumentError(label, 'dilationRate', expected, dilationRate);
  }
  if (!isPerPosition || (isOne(kernelSize) && isOne(strides))) return;
  const expected = "'image' for a window other than 1x1 with strides of 1";
  throw argumentError(label, 'inputQuantizer.per', expected, 'position');
}
