import type { layers } from '@tensorflow/tfjs-layers';
import { anyBoolean, anyFunction, type Check } from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
import { createQuantizer } from '../quantizers/kernel/registry';
import { QUANTIZATION_OPTIONS, type QuantizationOptions } from '../quantizers/options';
import type { ConvertedKind } from './kinds';

/** How one layer is converted. */
export interface LayerConversionOptions {
  /** The rule that makes the kernel ternary. Default: the rule for all layers. */
  kernelQuantizer?: NonNullable<QuantizationOptions['kernelQuantizer']>;
  /** The rule that quantizes the input. Default: the rule for all layers. */
  inputQuantizer?: NonNullable<QuantizationOptions['inputQuantizer']>;
  /** Lower bound of scales and of a row's largest magnitude. Default: that of `bitLinear`. */
  eps?: number;
}

/** The options that `convert`, `planConversion` and `sensitivity` share. */
export interface ConversionOptions extends Omit<QuantizationOptions, 'eps'> {
  /** Options for one layer, which override those for all; null keeps the layer as it is. Default: none. */
  layerOptions?: (layer: layers.Layer, path: string) => LayerConversionOptions | null;
  /**
   * Layers to keep as they are: names, or paths such as `'encoder/dense_1'`, of the layers themselves or of
   * models and wrappers around them, in which `*` stands for any characters; or a function. Default: none.
   */
  skip?: string | string[] | ((layer: layers.Layer, path: string) => boolean);
  /**
   * Which layers become ternary: those of `tf.layers.dense`, of `tf.layers.conv2d`, or both.
   * Default: `['dense', 'conv2d']`.
   */
  layers?: ConvertedKind[];
  /** Also converts the first convolution of the model. Default: false. */
  convertFirstConvolution?: boolean;
  /** Also converts layers that give an output of the model. Default: false. */
  convertOutputs?: boolean;
  /** Keeps the normalizations of TensorFlow.js, which else become a LayerNorm or a BatchNorm. Default: false. */
  keepNormalizations?: boolean;
}

export interface ConvertOptions extends ConversionOptions {
  /** Compiles the new model with the optimizer's class and config, loss and metrics. Default: false. */
  compile?: boolean;
}

const { kernelQuantizer, inputQuantizer, eps } = QUANTIZATION_OPTIONS;

/** Without defaults: an option that is left out for one layer has its value for all layers. */
export const LAYER_CONVERSION_OPTIONS = {
  kernelQuantizer: checkOf(kernelQuantizer),
  inputQuantizer: checkOf(inputQuantizer),
  eps: checkOf(eps),
} as const satisfies OptionTable<LayerConversionOptions>;

export const CONVERSION_OPTIONS = {
  kernelQuantizer,
  inputQuantizer,
  layerOptions: { ...anyFunction, expected: 'a function (layer, path) => options or null' },
  skip: {
    expected: 'a name, a path, a list of them, or a function (layer, path) => boolean',
    holds: (value) => anyFunction.holds(value) || [value].flat().every(isName),
  },
  layers: {
    expected: "a list of 'dense' and 'conv2d'",
    holds: (value) =>
      Array.isArray(value) && value.every((kind) => ['dense', 'conv2d'].includes(kind as string)),
    default: ['dense', 'conv2d'],
  },
  convertFirstConvolution: { ...anyBoolean, default: false },
  convertOutputs: { ...anyBoolean, default: false },
  keepNormalizations: { ...anyBoolean, default: false },
} as const satisfies OptionTable<ConversionOptions>;

export const CONVERT_OPTIONS = {
  ...CONVERSION_OPTIONS,
  compile: { ...anyBoolean, default: false },
} as const satisfies OptionTable<ConvertOptions>;

/** The options with their defaults. */
export type ResolvedConversionOptions = Resolved<ConvertOptions, typeof CONVERT_OPTIONS>;

/** @throws an error that names the option of `where` that is unknown or wrong. */
export function readConvertOptions(
  options: ConvertOptions,
  where: string,
): ResolvedConversionOptions {
  const resolved = readOptions(where, options, CONVERT_OPTIONS);
  createQuantizer(resolved.kernelQuantizer, where);
  return resolved;
}

/** @throws an error that names the layer for which `layerOptions` gave wrong options. */
export function checkLayerOptions(
  options: LayerConversionOptions | null,
  path: string,
  where: string,
): void {
  if (options === null) return;
  readOptions(where, options, LAYER_CONVERSION_OPTIONS, `layerOptions("${path}")`);
}

function checkOf({ expected, holds }: Check): Check {
  return { expected, holds };
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
