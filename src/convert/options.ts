import type { layers } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import type { QuantizationOptions } from '../quantizers/options';
import { checkOptionNames } from '../options/option_names';
import { createQuantizer } from '../quantizers/kernel/registry';

/** How one layer is converted; what is left out is as in the options for all, or else as in `bitLinear`. */
export type LayerConversionOptions = QuantizationOptions;

export interface ConvertOptions extends Omit<LayerConversionOptions, 'eps'> {
  /** Options for one layer, before those for all; null keeps the layer as it is. */
  layerOptions?: (layer: layers.Layer, path: string) => LayerConversionOptions | null;
  /**
   * Layers to keep as they are: names, or paths such as `'encoder/dense_1'`, of the layers themselves
   * or of models and wrappers around them, in which `*` stands for any characters; or a function.
   */
  skip?: string | string[] | ((layer: layers.Layer, path: string) => boolean);
  /** Also converts layers that give an output of the model. Default: false. */
  convertOutputs?: boolean;
  /** Compiles the new model with the optimizer's class and config, loss and metrics. Default: false. */
  compile?: boolean;
}

type Checks = Record<string, [expected: string, holds: (value: unknown) => boolean]>;

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const isFunction = (value: unknown) => typeof value === 'function';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isText = (value: unknown) => typeof value === 'string' && value !== '';

const LAYER_OPTIONS: Checks = {
  kernelQuantizer: ['a name or {name, ...options}', (value) => isText(value) || isObject(value)],
  inputQuantizer: ["'int8' or 'none'", (value) => value === 'int8' || value === 'none'],
  eps: ['a finite number of at least 1e-30', Number.isFinite],
};

const OPTIONS: Checks = {
  kernelQuantizer: LAYER_OPTIONS['kernelQuantizer']!,
  inputQuantizer: LAYER_OPTIONS['inputQuantizer']!,
  layerOptions: ['a function (layer, path) => options or null', isFunction],
  skip: [
    'a name, a path, a list of them, or a function (layer, path) => boolean',
    (value) => isFunction(value) || [value].flat().every(isText),
  ],
  convertOutputs: ['a boolean', isBoolean],
  compile: ['a boolean', isBoolean],
};

/** @throws naming the option of `where` that is unknown or wrong. */
export function checkOptions(options: ConvertOptions, where: string): void {
  checkFields(options, OPTIONS, where, 'options');
  createQuantizer(options.kernelQuantizer ?? 'bitnet', where);
}

/** @throws naming the layer whose options, as `layerOptions` gave them, are wrong. */
export function checkLayerOptions(
  options: LayerConversionOptions | null,
  path: string,
  where: string,
): void {
  if (options !== null) checkFields(options, LAYER_OPTIONS, where, `layerOptions for "${path}"`);
}

function checkFields(options: object, checks: Checks, where: string, argument: string): void {
  checkOptionNames<Record<string, unknown>>(
    where,
    argument,
    options as Record<string, unknown>,
    Object.keys(checks),
  );
  for (const [name, value] of Object.entries(options)) {
    const [expected, holds] = checks[name]!;
    if (value === undefined || holds(value)) continue;
    throw argumentError(
      where,
      argument === 'options' ? name : `${name} in ${argument}`,
      expected,
      value,
    );
  }
}
