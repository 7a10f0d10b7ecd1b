import type { serialization } from '@tensorflow/tfjs-core';
import { LayersModel, type layers } from '@tensorflow/tfjs-layers';

export interface LayerConfig {
  className: string;
  config: serialization.ConfigDict;
}

/**
 * A copy of a model's config in which `rewrite` may have replaced the config of each of its layers;
 * paths are those of `layerSites`. Wrappers and nested models keep their own.
 */
export function rewriteLayerConfigs(
  model: LayersModel,
  rewrite: (entry: LayerConfig, path: string) => LayerConfig,
): serialization.ConfigDict {
  return rewriteModel(model, copied(model.getConfig()), '', rewrite);
}

function rewriteModel(
  model: LayersModel,
  config: serialization.ConfigDict,
  prefix: string,
  rewrite: (entry: LayerConfig, path: string) => LayerConfig,
): serialization.ConfigDict {
  const rewriteOne = (layer: layers.Layer, entry: LayerConfig, prefix: string): LayerConfig => {
    const path = prefix + layer.name;
    if (layer instanceof LayersModel) {
      return { ...entry, config: rewriteModel(layer, entry.config, `${path}/`, rewrite) };
    }
    if (layer.getClassName() !== 'TimeDistributed') return rewrite(entry, path);
    const { layer: wrapped } = layer as unknown as { layer: layers.Layer };
    const inner = rewriteOne(wrapped, entry.config['layer'] as never, `${path}/`);
    return { ...entry, config: { ...entry.config, layer: inner as never } };
  };
  // A model's config lists its layers in the order of `model.layers`.
  const entries = config['layers'] as unknown as LayerConfig[];
  const rewritten = model.layers.map((layer, i) => rewriteOne(layer, entries[i]!, prefix));
  return { ...config, layers: rewritten as never };
}

/**
 * A copy of lists and plain objects: `fromConfig` changes its argument, and `getConfig` may have
 * handed out parts of the layer itself. All else, such as functions of custom layers, stays.
 */
function copied<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copied) as Value;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copied(v)])) as Value;
}

/** Of any realm: objects of another one have another `Object.prototype`. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
