import type { LayersModel, layers, Shape } from '@tensorflow/tfjs-layers';
import { LayerNorm } from '../layers/layer_norm';
import { inputShape } from '../tfjs/layer_nodes';
import { LayerNormalization, type LayerNormalizationLayer } from '../tfjs/layer_normalization';
import { innermostInputShape } from '../tfjs/wrapped_layer';
import { layerSites, type LayerSite } from '../topology/layer_sites';
import { hiddenSites } from './hidden_sites';
import type { ConvertOptions } from './options';
import type { SkipRule } from './skip';

/** What `convert` does with one layer normalization. */
export interface NormalizationDecision {
  readonly site: LayerSite;
  /** Why it is kept; null if it becomes a LayerNorm. */
  readonly reason: string | null;
}

/** One decision for each layer normalization, including those inside other layers. */
export function decideNormalizations(
  model: LayersModel,
  { keepNormalizations }: Pick<ConvertOptions, 'keepNormalizations'>,
  isSkipped: SkipRule,
): NormalizationDecision[] {
  const decideOne = (site: LayerSite): NormalizationDecision => {
    const reason = whyNotLayerNorm(site) ?? (isSkipped(site) ? 'skipped' : null);
    return { site, reason: reason ?? (keepNormalizations ? 'keepNormalizations is true' : null) };
  };
  return [...layerSites(model)].flatMap((site) => [
    ...(isLayerNormalization(site.layer) ? [decideOne(site)] : []),
    ...hiddenSites(site, LayerNormalization),
  ]);
}

export function isLayerNormalization(layer: layers.Layer): layer is LayerNormalizationLayer {
  return layer instanceof LayerNormalization;
}

/** Why a LayerNorm cannot stand in the place of a layer normalization, or does so already; null if it can. */
export function whyNotLayerNorm(site: LayerSite): string | null {
  const layer = site.layer as LayerNormalizationLayer;
  if (layer.constructor === LayerNorm) return 'a LayerNorm already';
  if (layer.constructor !== LayerNormalization) {
    return `its class ${layer.getClassName()} extends LayerNormalization`;
  }
  const shapes = site.nodes.map((node) => innermostInputShape(site.applied, inputShape(node)));
  const other = shapes.find((shape) => !isOverLastAxis(layer, shape));
  if (other == null) return null;
  const axes = JSON.stringify(layer.axis);
  return `it normalizes axes ${axes} of ${JSON.stringify(other)}: LayerNorm needs the last alone, of known size`;
}

function isOverLastAxis({ axis }: LayerNormalizationLayer, shape: Shape): boolean {
  const last = shape.length - 1;
  return last > 0 && [axis].flat().join() === String(last) && shape[last] != null;
}
