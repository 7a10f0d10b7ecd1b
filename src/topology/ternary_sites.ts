import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isTernaryLayer, type TernaryLayer } from '../layers/ternary/ternary_layer';
import { layerSites } from './layer_tree';

/** A ternary layer of a model, with its path. */
export interface TernarySite {
  readonly layer: TernaryLayer;
  readonly path: string;
}

/** The ternary layers of a model, each once. */
export function ternarySites(model: LayersModel): TernarySite[] {
  const sites = new Map<string, TernarySite>();
  for (const { layer, path } of layerSites(model)) {
    if (isTernaryLayer(layer)) sites.set(path, { layer, path });
  }
  return [...sites.values()];
}
