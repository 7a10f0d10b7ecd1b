import type { serialization } from '@tensorflow/tfjs-core';

/*
 * Relies on the form of the configs that `getConfig` gives and `fromConfig` takes, which tfjs types as
 * dictionaries of anything: a model lists its layers under `layers`, in the order of `model.layers`, and
 * a wrapper has the layer that it wraps under `layer`; each of them as class name and config.
 */

/** A layer as the config of the model or wrapper around it has it. */
export interface LayerConfig {
  className: string;
  config: serialization.ConfigDict;
}

/** The config of a model with each of its layers changed; `index` is that in `model.layers`. */
export function mapLayers(
  config: serialization.ConfigDict,
  change: (entry: LayerConfig, index: number) => LayerConfig,
): serialization.ConfigDict {
  const entries = config['layers'] as unknown as LayerConfig[];
  return { ...config, layers: asValue(entries.map(change)) };
}

/** A wrapper with the layer in it changed; its name and nodes, which stand beside the config, stay. */
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
