import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { isTernaryLayer } from '../layers/ternary/ternary_layer';
import { definedIn } from '../options/option_table';
import { inputQuantizer } from '../quantizers/input/registry';
import { layerSites, type LayerSite } from '../topology/layer_sites';
import { hiddenSites } from './hidden_sites';
import { FLOAT_CONVOLUTIONS, KINDS, type Kind, type TernaryForm } from './kinds';
import { decideNormalizations, type NormalizationDecision } from './normalizations';
import {
  checkLayerOptions,
  type LayerConversionOptions,
  type ResolvedConversionOptions,
} from './options';
import { outputLayers } from './output_layers';
import { skipRule, type SkipRule } from './skip';

/** What `convert` does with one layer of a kind that it converts. */
export interface Decision {
  readonly site: LayerSite;
  /** The ternary layer that it becomes; null if it is kept. It is not built. */
  readonly ternary: TernaryForm | null;
  /** Why it is kept; null if it is not. */
  readonly reason: string | null;
}

/** What `convert` does with a model. Layers inside other layers are included. */
export interface Decisions {
  readonly layers: readonly Decision[];
  readonly normalizations: readonly NormalizationDecision[];
}

/** @throws if an option is wrong. */
export function decide(
  model: LayersModel,
  options: ResolvedConversionOptions,
  where: string,
): Decisions {
  const isSkipped = skipRule(model, options.skip, where);
  return {
    layers: decideLayers(model, options, isSkipped, where),
    normalizations: decideNormalizations(model, options, isSkipped),
  };
}

function decideLayers(
  model: LayersModel,
  options: ResolvedConversionOptions,
  isSkipped: SkipRule,
  where: string,
): Decision[] {
  const kinds = options.layers.map((name) => KINDS[name]);
  const outputs = options.convertOutputs ? new Set() : outputLayers(model);
  const first = options.convertFirstConvolution ? undefined : firstConvolution(model);
  const decideOne = (site: LayerSite, kind: Kind): Decision => {
    const { layer } = site;
    const kept = (reason: string): Decision => ({ site, ternary: null, reason });
    const never = whyNever(layer, kind) ?? (isSkipped(site) ? 'skipped' : null);
    if (never != null) return kept(never);
    if (outputs.has(layer)) return kept('output of the model');
    if (layer === first) return kept('first convolution of the model');
    const layerOptions = optionsFor(site, options, where);
    return layerOptions == null
      ? kept('layerOptions gave null')
      : converted(site, kind, layerOptions);
  };
  return [...layerSites(model)].flatMap((site) => {
    const kind = kinds.find(({ float }) => site.layer instanceof float);
    const hidden = kinds.flatMap(({ float }) => hiddenSites(site, float));
    return [
      ...(kind == null ? floatConvolution(site, options) : [decideOne(site, kind)]),
      ...hidden.map((each) => ({ ...each, ternary: null })),
    ];
  });
}

function firstConvolution(model: LayersModel): layers.Layer | undefined {
  const isConvolution = ({ layer }: LayerSite) =>
    layer instanceof KINDS.conv2d.float || FLOAT_CONVOLUTIONS.has(layer.getClassName());
  return [...layerSites(model)].find(isConvolution)?.layer;
}

/** A convolution that has no ternary form, and why. */
function floatConvolution(site: LayerSite, options: ResolvedConversionOptions): Decision[] {
  const reason = FLOAT_CONVOLUTIONS.get(site.layer.getClassName());
  if (reason == null || !options.layers.includes('conv2d')) return [];
  return [{ site, ternary: null, reason }];
}

function whyNever(layer: layers.Layer, { float, ternaryName }: Kind): string | null {
  if (isTernaryLayer(layer)) return 'ternary already';
  const className = layer.getClassName();
  const isFloat: boolean = layer.constructor === float;
  if (!isFloat) {
    return FLOAT_CONVOLUTIONS.get(className) ?? `its class ${className} extends ${float.className}`;
  }
  const config = layer.getConfig();
  if (config['dataFormat'] === 'channelsFirst') {
    return `its channels are first: ${ternaryName} takes them last`;
  }
  const constraint = ['kernelConstraint', 'biasConstraint'].find((name) => config[name] != null);
  return constraint == null ? null : `its ${constraint}: ${ternaryName} takes no constraint`;
}

function optionsFor(
  { layer, path }: LayerSite,
  { kernelQuantizer, inputQuantizer, layerOptions }: ResolvedConversionOptions,
  where: string,
): LayerConversionOptions | null {
  const own = layerOptions == null ? {} : layerOptions(layer, path);
  checkLayerOptions(own, path, where);
  if (own === null) return null;
  return definedIn({ kernelQuantizer, inputQuantizer, ...definedIn(own) });
}

function converted(site: LayerSite, kind: Kind, options: LayerConversionOptions): Decision {
  const ternary = kind.make({ ...site.layer.getConfig(), ...options });
  const [inFeatures] = kernelMatrix(site.layer);
  const { name, maxInFeatures } = inputQuantizer(ternary.inputQuantizer);
  if (inFeatures <= maxInFeatures) return { site, ternary, reason: null };
  const reason = `more than ${maxInFeatures} inputs, too many for inputQuantizer '${name}'`;
  return { site, ternary: null, reason };
}

/** The shape [in, out] of a kernel as a matrix. */
export function kernelMatrix(layer: layers.Layer): [number, number] {
  if (isTernaryLayer(layer)) return [...layer.ternaryKernel.matrixShape];
  const kernel = layer.weights.find(({ shape }) => shape.length >= 2)!.shape as number[];
  const units = kernel[kernel.length - 1]!;
  return [kernel.slice(0, -1).reduce((size, dimension) => size * dimension, 1), units];
}
