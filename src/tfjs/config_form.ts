import type { serialization } from '@tensorflow/tfjs-core';

/*
 * Relies on the form of the configs that `getConfig` returns and `fromConfig` takes, which tfjs types as
 * dictionaries of anything. A model lists its layers under `layers`, in the order of `model.layers`. A
 * wrapper has the layer that it wraps under `layer`. Each layer is given as class name and config.
 */

/** A layer in the form that it has in the config of the model or wrapper around it. */
export interface LayerConfig {
  className: string;
  config: serialization.ConfigDict;
}

/** The config of a model with each of its layers changed; `index` is the index in `model.layers`. */
export function mapLayers(
  config: serialization.ConfigDict,
  change: (entry: LayerConfig, index: number) => LayerConfig,
): serialization.ConfigDict {
  const entries = config['layers'] as unknown as LayerConfig[];
  return { ...config, layers: asValue(entries.map(change)) };
}

/** A wrapper with the layer in it changed; its name and nodes, which are beside the config, stay the same. */
export function mapWrapped(
  wrapper: LayerConfig,
  change: (entry: LayerConfig) => LayerConfig,
): LayerConfig {
  const wrapped = wrapper.config['layer'] as unknown as LayerConfig;
  return { ...wrapper, config: { ...wrapper.config, layer: asValue(change(wrapped)) } };
}

function asValue(form: LayerConfig | LayerConfig[]): serialization.ConfigDictValue {
  return form as unknown as serialization.ConfigDictValue;
}
