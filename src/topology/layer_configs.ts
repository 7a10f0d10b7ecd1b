import type { serialization } from '@tensorflow/tfjs-core';
import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { CompositeLayer } from '../layers/composite_layer';
import { mapLayers, mapWrapped, type LayerConfig } from '../tfjs/config_form';
import { wrappedLayer } from '../tfjs/wrapped_layer';
import { isPlainObject } from './plain_object';

type Rewrite = (entry: LayerConfig, path: string) => LayerConfig;

/**
 * A copy of a model's config in which `rewrite` may have replaced the config of each of its layers. The
 * paths are those of `layerSites`. The configs of wrappers and nested models stay the same.
 */
export function rewriteLayerConfigs(
  model: LayersModel,
  rewrite: Rewrite,
): serialization.ConfigDict {
  return rewriteModel(model, copied(model.getConfig()), '', rewrite);
}

function rewriteModel(
  model: LayersModel,
  config: serialization.ConfigDict,
  prefix: string,
  rewrite: Rewrite,
): serialization.ConfigDict {
  return mapLayers(config, (entry, i) => rewriteLayer(model.layers[i]!, entry, prefix, rewrite));
}

function rewriteLayer(
  layer: layers.Layer,
  entry: LayerConfig,
  prefix: string,
  rewrite: Rewrite,
): LayerConfig {
  const path = prefix + layer.name;
  if (layer instanceof LayersModel) {
    return { ...entry, config: rewriteModel(layer, entry.config, `${path}/`, rewrite) };
  }
  if (layer instanceof CompositeLayer) {
    const rewriteInner = (inner: LayerConfig, i: number) =>
      rewriteLayer(layer.innerLayers[i]!, inner, `${path}/`, rewrite);
    return { ...entry, config: mapLayers(entry.config, rewriteInner) };
  }
  const wrapped = wrappedLayer(layer);
  if (wrapped == null) return rewrite(entry, path);
  return mapWrapped(entry, (inner) => rewriteLayer(wrapped, inner, `${path}/`, rewrite));
}

/**
 * A copy of lists and plain objects: `fromConfig` changes its argument, and `getConfig` may return parts of
 * the layer itself. Everything else, such as functions of custom layers, is not copied.
 */
function copied<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copied) as Value;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copied(v)])) as Value;
}
