import type { LayersModel } from '@tensorflow/tfjs-layers';
import { BitLinear } from '../layers/bit_linear';
import { layerSites } from './layer_sites';

/** The BitLinear layers of a model, each once, with its path. */
export function bitLinearSites(model: LayersModel): Array<{ layer: BitLinear; path: string }> {
  const sites = new Map<string, { layer: BitLinear; path: string }>();
  for (const { layer, path } of layerSites(model)) {
    if (layer instanceof BitLinear) sites.set(path, { layer, path });
  }
  return [...sites.values()];
}
