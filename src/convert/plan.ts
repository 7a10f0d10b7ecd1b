import type { LayersModel } from '@tensorflow/tfjs-layers';
import { packedBytes } from '../layers/ternary/packed_weights';
import { createQuantizer } from '../quantizers/kernel/registry';
import { hasScalePerOutput } from '../quantizers/kernel/per_output';
import { checkModel } from '../topology/check_model';
import type { LayerSite } from '../topology/layer_sites';
import { layerSizes, sitesWithWeights, sumOf } from '../topology/layer_sizes';
import type { ConversionPlan, PlannedLayer, PlannedNormalization } from './conversion_plan';
import { decide, kernelMatrix, type Decision, type Decisions } from './decisions';
import type { TernaryForm } from './kinds';
import type { NormalizationDecision } from './normalizations';
import { readConvertOptions, type ConvertOptions } from './options';
import { planText } from './plan_text';
import { checkRebuildable } from './refusals';

/**
 * Shows what `convert` would do with the same options: which layers become ternary, which
 * normalizations become LayerNorm or BatchNorm, which stay and why, and how much smaller the deployed model is. Nothing is
 * built or changed.
 *
 * ```js
 * const plan = planConversion(model, {kernelQuantizer: 'twn'});
 * console.log(`${plan}`);
 * plan.totals.bytes / plan.totals.deployedBytes; // how much smaller the model becomes
 * ```
 *
 * @throws the errors that `convert` throws before it builds anything.
 */
export function planConversion(model: LayersModel, options: ConvertOptions = {}): ConversionPlan {
  return planOf(model, checkedDecisions(model, options, 'planConversion'));
}

/** @throws if the model cannot be converted, or an option is wrong. */
export function checkedDecisions(
  model: LayersModel,
  options: ConvertOptions,
  where: string,
): Decisions {
  checkModel(model, where);
  const resolved = readConvertOptions(options, where);
  checkRebuildable(model, where);
  if (resolved.compile && model.optimizer == null) {
    throw new Error(`${where}: compile is true, but model "${model.name}" is not compiled.`);
  }
  return decide(model, resolved, where);
}

export function planOf(model: LayersModel, decisions: Decisions): ConversionPlan {
  const sizes = sitesWithWeights(model).map(layerSizes);
  const bytes = sumOf(sizes, (layer) => layer.bytes);
  const parameters = sumOf(sizes, (layer) => layer.parameters);
  const all = { bytes, parameters, macs: sumOf(sizes, (layer) => layer.macs) };
  const layers = decisions.layers.map((decision) => planLayer(decision, all));
  const normalizations = decisions.normalizations.map(planNormalization);
  const converted = layers.filter((layer) => layer.converted);
  const sum = (key: 'bytes' | 'deployedBytes' | 'byteShare' | 'macShare') =>
    sumOf(converted, (layer) => layer[key]);
  const totals = {
    ...all,
    converted: converted.length,
    kept: layers.length - converted.length,
    deployedBytes: bytes - sum('bytes') + sum('deployedBytes'),
    byteShare: sum('byteShare'),
    macShare: sum('macShare'),
  };
  const plan = { layers, normalizations, totals };
  return { ...plan, toString: () => planText(plan) };
}

function planNormalization({
  site: { layer, path },
  replacement,
  reason,
}: NormalizationDecision): PlannedNormalization {
  const { name } = layer;
  const converted = reason == null;
  return { path, name, className: layer.getClassName(), replacement, converted, reason };
}

function planLayer(decision: Decision, all: { bytes: number; macs: number }): PlannedLayer {
  const { site, ternary, reason } = decision;
  const { className, parameters, bytes, macs } = layerSizes(site);
  return {
    path: site.path,
    name: site.layer.name,
    className,
    shape: kernelMatrix(site.layer),
    converted: ternary != null,
    reason,
    quantizer: ternary?.kernelQuantizer.name ?? null,
    parameters,
    bytes,
    deployedBytes: ternary == null ? bytes : deployedBytes(site, ternary),
    byteShare: share(bytes, all.bytes),
    macs,
    macShare: share(macs, all.macs),
  };
}

/** The MACs of the model do not include those of layers inside custom layers. */
function share(part: number, all: number): number {
  return all === 0 ? 0 : part / all;
}

function deployedBytes({ layer, path }: LayerSite, ternary: TernaryForm): number {
  const { kernelQuantizer, eps, useBias } = ternary;
  const [inFeatures, units] = kernelMatrix(layer);
  const scales = hasScalePerOutput(createQuantizer(kernelQuantizer, path), eps) ? units : 1;
  return packedBytes(inFeatures, units, scales) + (useBias ? 4 * units : 0);
}
