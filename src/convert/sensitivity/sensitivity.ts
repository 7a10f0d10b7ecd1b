import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { anyFunction } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { checkInputs } from '../../topology/check_inputs';
import { disposeModel } from '../../topology/dispose_model';
import { checkModel } from '../../topology/check_model';
import { layerSites } from '../../topology/layer_sites';
import { convert } from '../convert';
import { CONVERSION_OPTIONS, type ConversionOptions } from '../options';
import type { PlannedLayer } from '../conversion_plan';
import { checkedDecisions, planOf } from '../plan';
import { listing } from '../../text/listing';
import { percent } from '../../text/numbers';
import { formatTable } from '../../text/table';
import { measure, type Errors } from './measure';

/** The options of `convert`. The layers that they keep float are not measured. */
export interface SensitivityOptions extends ConversionOptions {
  /** Called after each layer with the number of layers done and the number of all. Default: none. */
  onProgress?: (done: number, total: number) => void;
}

export const SENSITIVITY_OPTIONS = {
  ...CONVERSION_OPTIONS,
  onProgress: anyFunction,
} as const satisfies OptionTable<SensitivityOptions>;

/** Errors are relative: |ternary - float| / |float|, over all inputs. */
export interface LayerSensitivity {
  /** The layer's name, after those of the models and wrappers around it. */
  readonly path: string;
  /** Shape of the kernel, [in, units]. */
  readonly shape: [number, number];
  /** The kernel quantizer's name. */
  readonly quantizer: string;
  /** Share of the model's bytes, from 0 to 1. */
  readonly byteShare: number;
  /** Error of the layer's own output, on the inputs that the float model gives it. */
  readonly layerError: number;
  /** Error of the model's output if only this layer is ternary; the largest one of several outputs. */
  readonly outputError: number;
}

export interface Sensitivity {
  /** The layers that `convert` would make ternary, in the model's order. */
  readonly layers: LayerSensitivity[];
  /** Error of the model's output if all of them are ternary. */
  readonly outputError: number;
  /** Paths of the layers whose `outputError` is above a limit: give them to `skip`. */
  pathsAbove(limit: number): string[];
  /** The errors as a table. */
  toString(): string;
}

/**
 * Measures how much the outputs of a trained float model change when one layer at a time becomes ternary. It
 * shows, without labels or training, which layers to keep float. A few hundred inputs are enough.
 *
 * ```js
 * const dense = tf.sequential({
 *   layers: [
 *     tf.layers.dense({units: 8, inputShape: [784], activation: 'relu'}),
 *     tf.layers.dense({units: 8, activation: 'relu'}),
 *     tf.layers.dense({units: 2}),
 *   ],
 * });
 * const errors = await sensitivity(dense, x);
 * console.log(`${errors}`); // a table
 * errors.layers.length; // 2
 * const ternary = convert(dense, {skip: errors.pathsAbove(0.5)});
 * ```
 *
 * The model stays as it is. Each layer takes two passes over `x`, in batches of 32 or of the model's own size.
 * Stateful layers start each pass from zero states.
 *
 * @param x the input of `model.predict`: one tensor, or one for each input of the model.
 * @throws if `convert` throws with these options, if it would convert no layer, or if `x` is not an input of
 * `model.predict`, in whole batches where the model is stateful.
 */
export async function sensitivity(
  model: LayersModel,
  x: Tensor | Tensor[],
  options: SensitivityOptions = {},
): Promise<Sensitivity> {
  checkModel(model, 'sensitivity');
  const { onProgress, ...conversion } = readOptions('sensitivity', options, SENSITIVITY_OPTIONS);
  const plan = planOf(model, checkedDecisions(model, conversion, 'sensitivity'));
  const planned = plan.layers.filter(({ converted }) => converted);
  if (planned.length === 0) throw nothingToMeasure(model, plan.layers);
  const inputs = checkInputs(model, x, 'sensitivity');
  const layers: LayerSensitivity[] = [];
  for (const [i, layer] of planned.entries()) {
    const errors = await errorsOf(model, inputs, onlyLayer(conversion, layer.path), layer.path);
    layers.push(row(layer, errors));
    onProgress?.(i + 1, planned.length);
  }
  const { outputError } = await errorsOf(model, inputs, conversion);
  const pathsAbove = (limit: number) =>
    layers.filter((layer) => layer.outputError > limit).map(({ path }) => path);
  const toString = () => formatTable(tableRows(layers, outputError)).join('\n');
  return { layers, outputError, pathsAbove, toString };
}

/** An error that says why each layer stays as it is. */
function nothingToMeasure(model: LayersModel, layers: PlannedLayer[]): Error {
  const reasons = layers.map(({ path, reason }) => `"${path}" (${reason})`);
  const why =
    reasons.length === 0 ? 'it has no Dense or Conv2D layer' : `it keeps ${listing(reasons)}`;
  return new Error(
    `sensitivity: convert would make no layer of model "${model.name}" ternary: ${why}.`,
  );
}

function onlyLayer(options: ConversionOptions, path: string): ConversionOptions {
  const { layerOptions } = options;
  return {
    ...options,
    layerOptions: (layer, at) =>
      at === path ? (layerOptions == null ? {} : layerOptions(layer, at)) : null,
  };
}

/** The errors of the model that is converted with these options, and of its layer at `path`. */
async function errorsOf(
  model: LayersModel,
  inputs: Tensor[],
  options: ConversionOptions,
  path?: string,
): Promise<Errors> {
  const ternary = convert(model, options);
  try {
    const at = (source: LayersModel) =>
      [...layerSites(source)].find((site) => site.path === path)!.layer;
    const pair = path == null ? undefined : { float: at(model), ternary: at(ternary) };
    return await measure(model, ternary, pair, inputs);
  } finally {
    disposeModel(ternary);
  }
}

function row(layer: PlannedLayer, { layerError, outputError }: Errors): LayerSensitivity {
  const { path, shape, quantizer, byteShare } = layer;
  return { path, shape, quantizer: quantizer!, byteShare, layerError, outputError };
}

function tableRows(layers: LayerSensitivity[], outputError: number): string[][] {
  const header = ['path', 'kernel', 'quantizer', 'share of bytes', 'layer error', 'output error'];
  const body = layers.map((layer) => [
    layer.path,
    JSON.stringify(layer.shape),
    layer.quantizer,
    ...[layer.byteShare, layer.layerError, layer.outputError].map(percent),
  ]);
  const share = layers.reduce((total, layer) => total + layer.byteShare, 0);
  return [header, ...body, ['all ternary', '', '', percent(share), '', percent(outputError)]];
}
