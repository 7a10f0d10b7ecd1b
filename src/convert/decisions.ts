import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { BitLinear } from '../layers/bit_linear/layer';
import { isTernaryLayer } from '../layers/ternary/ternary_layer';
import { Dense, type DenseArgs } from '../tfjs/dense';
import { definedIn } from '../options/option_table';
import { inputQuantizer } from '../quantizers/input/registry';
import { layerSites, type LayerSite } from '../topology/layer_sites';
import { hiddenSites } from './hidden_sites';
import { decideNormalizations, type NormalizationDecision } from './normalizations';
import { checkLayerOptions, type ConvertOptions, type LayerConversionOptions } from './options';
import { outputLayers } from './output_layers';
import { skipRule, type SkipRule } from './skip';

/** What `convert` does with one Dense layer. */
export interface Decision {
  readonly site: LayerSite;
  /** The BitLinear that it becomes; null if it is kept. It is not built. */
  readonly bitLinear: BitLinear | null;
  /** Why it is kept; null if it is not. */
  readonly reason: string | null;
}

/** What `convert` does with a model. Layers inside other layers are included. */
export interface Decisions {
  readonly dense: readonly Decision[];
  readonly normalizations: readonly NormalizationDecision[];
}

/** @throws if an option is wrong. */
export function decide(model: LayersModel, options: ConvertOptions, where: string): Decisions {
  const isSkipped = skipRule(model, options.skip, where);
  return {
    dense: decideDense(model, options, isSkipped, where),
    normalizations: decideNormalizations(model, options, isSkipped),
  };
}

function decideDense(
  model: LayersModel,
  options: ConvertOptions,
  isSkipped: SkipRule,
  where: string,
): Decision[] {
  const outputs = options.convertOutputs ? new Set() : outputLayers(model);
  const decideOne = (site: LayerSite): Decision => {
    const reason = whyNever(site.layer) ?? (isSkipped(site) ? 'skipped' : null);
    if (reason != null) return { site, bitLinear: null, reason };
    if (outputs.has(site.layer)) return { site, bitLinear: null, reason: 'output of the model' };
    const layerOptions = optionsFor(site, options, where);
    if (layerOptions == null) return { site, bitLinear: null, reason: 'layerOptions gave null' };
    return converted(site, layerOptions);
  };
  return [...layerSites(model)].flatMap((site) => [
    ...(site.layer instanceof Dense ? [decideOne(site)] : []),
    ...hiddenSites(site, Dense).map((hidden) => ({ ...hidden, bitLinear: null })),
  ]);
}

function whyNever(layer: layers.Layer): string | null {
  if (isTernaryLayer(layer)) return 'ternary already';
  const isDense: boolean = layer.constructor === Dense;
  if (!isDense) return `its class ${layer.getClassName()} extends Dense`;
  const config = layer.getConfig();
  const constraint = ['kernelConstraint', 'biasConstraint'].find((name) => config[name] != null);
  return constraint == null ? null : `its ${constraint}: BitLinear takes no constraint`;
}

function optionsFor(
  { layer, path }: LayerSite,
  { kernelQuantizer, inputQuantizer, layerOptions }: ConvertOptions,
  where: string,
): LayerConversionOptions | null {
  const own = layerOptions == null ? {} : layerOptions(layer, path);
  checkLayerOptions(own, path, where);
  if (own === null) return null;
  return definedIn({ kernelQuantizer, inputQuantizer, ...definedIn(own) });
}

function converted(site: LayerSite, options: LayerConversionOptions): Decision {
  const config = site.layer.getConfig() as unknown as DenseArgs;
  const bitLinear = new BitLinear({ ...config, ...options });
  const inFeatures = site.layer.weights.find(({ shape }) => shape.length === 2)!.shape[0]!;
  const { name, maxInFeatures } = inputQuantizer(bitLinear.inputQuantizer);
  if (inFeatures <= maxInFeatures) return { site, bitLinear, reason: null };
  const reason = `more than ${maxInFeatures} inputs, too many for inputQuantizer '${name}'`;
  return { site, bitLinear: null, reason };
}
