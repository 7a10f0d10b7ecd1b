import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import type { serialization } from '@tensorflow/tfjs-core';
import { argumentError, TWO_COPIES } from '../errors';
import { BitLinear } from '../layers/bit_linear';

/** A layer that holds weights of its own, with the names that lead to it: "outer/inner". */
export interface LayerSite {
  readonly layer: layers.Layer;
  readonly path: string;
  /** What the model around it applies: the layer, or the TimeDistributed wrapper around it. */
  readonly applied: layers.Layer;
  /** How often the model around it runs for one example; more than once if nested and shared. */
  readonly runs: number;
}

/** The layers of a model, nested models and TimeDistributed wrappers entered. */
export function* layerSites(model: LayersModel, prefix = '', runs = 1): Generator<LayerSite> {
  for (const layer of model.layers) {
    if (layer instanceof LayersModel) {
      yield* layerSites(layer, `${prefix}${layer.name}/`, runs * usesIn(model, layer));
    } else {
      yield unwrapped(layer, layer, prefix, runs);
    }
  }
}

function unwrapped(
  layer: layers.Layer,
  applied: layers.Layer,
  prefix: string,
  runs: number,
): LayerSite {
  const path = prefix + layer.name;
  if (layer.getClassName() !== 'TimeDistributed') return { layer, path, applied, runs };
  const { layer: inner } = layer as unknown as { layer: layers.Layer };
  return unwrapped(inner, applied, `${path}/`, runs);
}

/** tfjs keeps the nodes of a model by name; a Sequential in a Sequential has none of its own. */
function usesIn(model: LayersModel, nested: LayersModel): number {
  const { containerNodes } = model as unknown as { containerNodes?: Set<string> };
  const nodes = [...(containerNodes ?? [])];
  return nodes.filter((node) => node.startsWith(`${nested.name}_ib-`)).length || 1;
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

/** The BitLinear layers of a model, each once, with its path. */
export function bitLinearSites(model: LayersModel): Array<{ layer: BitLinear; path: string }> {
  const sites = new Map<string, { layer: BitLinear; path: string }>();
  for (const { layer, path } of layerSites(model)) {
    if (layer instanceof BitLinear) sites.set(path, { layer, path });
  }
  return [...sites.values()];
}
