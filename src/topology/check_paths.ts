import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { layerSites, type LayerSite } from './layer_sites';

/** @throws if two layers have the same path, as the path could not tell them apart. */
export function checkPaths(model: LayersModel, where: string): void {
  const layersAt = new Map<string, layers.Layer>();
  for (const { layer, path } of layerSites(model)) {
    if ((layersAt.get(path) ?? layer) !== layer) {
      throw new Error(
        `${where}: two layers of model "${model.name}" have the path "${path}". Give one another name.`,
      );
    }
    layersAt.set(path, layer);
  }
}

/** Two paths that lead to one layer, if there are any. A config would make two layers of it. */
export function findSharedAcrossPaths(
  sites: Iterable<Pick<LayerSite, 'layer' | 'path'>>,
): [string, string] | undefined {
  const paths = new Map<layers.Layer, string>();
  for (const { layer, path } of sites) {
    const known = paths.get(layer);
    if (known != null && known !== path) return [known, path];
    paths.set(layer, path);
  }
  return undefined;
}
