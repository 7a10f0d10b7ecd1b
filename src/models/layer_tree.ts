import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import type { serialization } from '@tensorflow/tfjs-core';
import { argumentError, TWO_COPIES } from '../errors';
import { BitLinear } from '../layers/bit_linear';

/** A layer that holds weights of its own, with the names that lead to it: "outer/inner". */
export interface LayerSite {
  readonly layer: layers.Layer;
  readonly path: string;
}

/** The layers of a model, nested models and TimeDistributed wrappers entered. */
export function* layerSites(model: LayersModel, prefix = ''): Generator<LayerSite> {
  for (const layer of model.layers) yield* sitesOf(layer, prefix);
}

function* sitesOf(layer: layers.Layer, prefix: string): Generator<LayerSite> {
  const path = prefix + layer.name;
  if (layer instanceof LayersModel) {
    yield* layerSites(layer, `${path}/`);
  } else if (layer.getClassName() === 'TimeDistributed') {
    yield* sitesOf((layer as unknown as { layer: layers.Layer }).layer, `${path}/`);
  } else {
    yield { layer, path };
  }
}

interface LayerConfig {
  className: string;
  config: serialization.ConfigDict & { name: string };
}

/**
 * A copy of a model's config in which `rewrite` may have replaced the config of each of its layers;
 * paths are those of `layerSites`. Wrappers and nested models keep their own.
 */
export function rewriteLayerConfigs(
  config: serialization.ConfigDict,
  rewrite: (layer: LayerConfig, path: string) => LayerConfig,
): serialization.ConfigDict {
  const rewriteOne = (entry: LayerConfig, prefix: string): LayerConfig => {
    const path = prefix + entry.config.name;
    const { layers: nested, layer: wrapped } = entry.config as {
      layers?: LayerConfig[];
      layer?: LayerConfig;
    };
    if (Array.isArray(nested)) {
      const inner = nested.map((layer) => rewriteOne(layer, `${path}/`));
      return { ...entry, config: { ...entry.config, layers: inner as never } };
    }
    if (entry.className === 'TimeDistributed') {
      const inner = rewriteOne(wrapped!, `${path}/`);
      return { ...entry, config: { ...entry.config, layer: inner as never } };
    }
    return rewrite(entry, path);
  };
  const layersOfModel = (config as { layers?: unknown })['layers'] as LayerConfig[];
  return { ...config, layers: layersOfModel.map((layer) => rewriteOne(layer, '')) as never };
}

/** @throws if `model` is not a LayersModel of this copy of tfjs-layers. */
export function checkModel(model: LayersModel, where: string, argument = 'model'): void {
  if (model instanceof LayersModel) return;
  const looksLikeOne = Array.isArray((model as LayersModel | undefined)?.layers);
  if (looksLikeOne) throw new Error(`${where}: ${TWO_COPIES}`);
  throw argumentError(where, argument, 'a tf.LayersModel', typeof model);
}

/** A layer in several places of the tree; its config form would become several layers. */
export function findSharedAcrossPaths(sites: Iterable<LayerSite>): [string, string] | undefined {
  const paths = new Map<layers.Layer, string>();
  for (const { layer, path } of sites) {
    const known = paths.get(layer);
    if (known != null && known !== path) return [known, path];
    paths.set(layer, path);
  }
  return undefined;
}

/** The BitLinear layers of a model, each once, with its path. */
export function bitLinearSites(model: LayersModel): Array<{ layer: BitLinear; path: string }> {
  const sites = new Map<string, { layer: BitLinear; path: string }>();
  for (const { layer, path } of layerSites(model)) {
    if (layer instanceof BitLinear) sites.set(path, { layer, path });
  }
  return [...sites.values()];
}
