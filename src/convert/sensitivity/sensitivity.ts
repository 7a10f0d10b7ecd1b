import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptionNames } from '../../options/option_names';
import { checkInputs } from '../../topology/check_inputs';
import { convert } from '../convert';
import type { ConvertOptions } from '../options';
import { planConversion, type ConversionPlan, type PlannedLayer } from '../plan';
import { disposeModel } from '../../topology/dispose_model';
import { layerSites } from '../../topology/layer_sites';
import { listing } from '../../text/listing';
import { formatTable } from '../../text/table';
import { measure, type Errors } from './measure';

/** The options of `convert`: what they keep float is not measured. */
export interface SensitivityOptions extends Omit<ConvertOptions, 'compile'> {
  /** Called after each layer with how many of how many are done. */
  onProgress?: (done: number, total: number) => void;
  /** Receives the table, line by line. Default: `console.log`. */
  print?: (line: string) => void;
}

const OPTIONS = [
  'kernelQuantizer',
  'inputQuantizer',
  'layerOptions',
  'skip',
  'convertOutputs',
  'onProgress',
  'print',
] as const;

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
}

/**
 * What making each layer ternary would do to the outputs of a trained float model, one layer at a time:
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
 * const {layers, pathsAbove} = await sensitivity(dense, x);
 * layers.length; // 2
 * const ternary = convert(dense, {skip: pathsAbove(0.5)});
 * ```
 *
 * The model stays as it is. Each layer takes two passes over `x`, in batches of 32.
 *
 * @param x what `model.predict` takes: one tensor, or one per input.
 * @throws what `convert` throws with these options, or if it would convert no layer or `x` is empty.
 */
export async function sensitivity(
  model: LayersModel,
  x: Tensor | Tensor[],
  options: SensitivityOptions = {},
): Promise<Sensitivity> {
  checkOptionNames('sensitivity', 'options', options, OPTIONS);
  const { onProgress, print = console.log, ...conversion } = options;
  const plan = planConversion(model, conversion);
  const planned = plan.layers.filter(({ converted }) => converted);
  if (planned.length === 0) throw nothingToMeasure(model, plan);
  const inputs = checkInputs(model, x, 'sensitivity');
  const layers: LayerSensitivity[] = [];
  for (const [i, layer] of planned.entries()) {
    const errors = await errorsOf(model, inputs, onlyLayer(conversion, layer.path), layer.path);
    layers.push(row(layer, errors));
    onProgress?.(i + 1, planned.length);
  }
  const { outputError } = await errorsOf(model, inputs, conversion);
  for (const line of formatTable(tableRows(layers, outputError))) print(line);
  const pathsAbove = (limit: number) =>
    layers.filter((layer) => layer.outputError > limit).map(({ path }) => path);
  return { layers, outputError, pathsAbove };
}

/** Why each Dense layer stays as it is. */
function nothingToMeasure(model: LayersModel, { layers }: ConversionPlan): Error {
  const reasons = layers.map(({ path, reason }) => `"${path}" (${reason})`);
  const why = reasons.length === 0 ? 'it has no Dense layer' : `it keeps ${listing(reasons)}`;
  return new Error(
    `sensitivity: convert would make no layer of model "${model.name}" ternary: ${why}.`,
  );
}

function onlyLayer(options: ConvertOptions, path: string): ConvertOptions {
  const { layerOptions } = options;
  return {
    ...options,
    layerOptions: (layer, at) =>
      at === path ? (layerOptions == null ? {} : layerOptions(layer, at)) : null,
  };
}

/** The errors of the model converted so, and of the layer at `path` of it. */
async function errorsOf(
  model: LayersModel,
  inputs: Tensor[],
  options: ConvertOptions,
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
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const header = ['layer', 'kernel', 'quantizer', 'share of bytes', 'layer error', 'output error'];
  const body = layers.map((layer) => [
    layer.path,
    JSON.stringify(layer.shape),
    layer.quantizer,
    ...[layer.byteShare, layer.layerError, layer.outputError].map(percent),
  ]);
  const share = layers.reduce((total, layer) => total + layer.byteShare, 0);
  return [header, ...body, ['all ternary', '', '', percent(share), '', percent(outputError)]];
}
