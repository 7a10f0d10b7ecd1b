import { tidy, type serialization } from '@tensorflow/tfjs-core';
import type { LayersModel, layers, LayerVariable } from '@tensorflow/tfjs-layers';
import { modelFromConfig } from '../tfjs/from_config';
import { assign } from '../tfjs/layer_variable';
import { disposingOnError } from '../tfjs/registered_variables';
import { rewriteLayerConfigs } from './layer_configs';
import { layerSites, modelSites } from './layer_sites';

/** How a layer of the new model differs from that of the source. */
export interface LayerChange {
  readonly className?: string;
  /** The entries of its config that differ from those of the source. */
  readonly config: serialization.ConfigDict;
  /** Gives the new layer its weights. Default: it has the same weights as the source, and gets copies. */
  setWeights?(target: layers.Layer): void;
}

/**
 * A new model of the same class, in which the layers at the paths in `changes` are replaced. Names,
 * topology, all other weights, what is frozen, and user-defined metadata are those of the source. It is not
 * compiled. If an error is thrown, no part of the new model remains.
 */
export function rebuild<Model extends LayersModel>(
  model: Model,
  changes: ReadonlyMap<string, LayerChange>,
): Model {
  return disposingOnError(() => {
    const rebuilt = fromConfig(model, changes);
    setWeights(model, rebuilt, changes);
    freezeAlike(model, rebuilt);
    const metadata = model.getUserDefinedMetadata();
    if (metadata != null) rebuilt.setUserDefinedMetadata(metadata);
    return rebuilt;
  });
}

function fromConfig<Model extends LayersModel>(
  model: Model,
  changes: ReadonlyMap<string, LayerChange>,
): Model {
  const config = rewriteLayerConfigs(model, (entry, path) => {
    const change = changes.get(path);
    if (change == null) return entry;
    const { className = entry.className, config } = change;
    return { ...entry, className, config: { ...entry.config, ...config } };
  });
  return modelFromConfig(model, config);
}

function setWeights(
  source: LayersModel,
  target: LayersModel,
  changes: ReadonlyMap<string, LayerChange>,
): void {
  const targets = new Map([...layerSites(target)].map(({ layer, path }) => [path, layer]));
  tidy(() => {
    for (const { layer, path } of layerSites(source)) {
      const target = targets.get(path)!;
      const change = changes.get(path);
      if (change?.setWeights == null) copyWeights(layer, target);
      else change.setWeights(target);
    }
  });
}

function copyWeights(source: layers.Layer, target: layers.Layer): void {
  const { weights } = target;
  const byName = new Map(weights.map((weight) => [weight.originalName, weight]));
  for (const [i, weight] of source.weights.entries()) {
    // The order depends on which layers are frozen; the name depends on whether apply() called build().
    copyWeight(source, weight, byName.get(weight.originalName) ?? weights[i]);
  }
}

function copyWeight(layer: layers.Layer, from: LayerVariable, to: LayerVariable | undefined): void {
  if (to?.shape.join() !== from.shape.join()) {
    throw new Error(
      `Layer "${layer.name}" of class ${layer.getClassName()} cannot be made anew from its config: ` +
        `its weight "${from.originalName}" has shape ${JSON.stringify(from.shape)}, that of the new ` +
        `layer ${JSON.stringify(to?.shape)}. Let its getConfig() return all that shapes its weights.`,
    );
  }
  assign(to, from.read());
  to.trainable = from.trainable;
}

/** A model's own `trainable` is not in its config. */
function freezeAlike(source: LayersModel, target: LayersModel): void {
  const targets = new Map([...modelSites(target)].map(({ model, path }) => [path, model]));
  for (const { model, path } of modelSites(source)) {
    if (!model.trainable) targets.get(path)!.trainable = false;
  }
}
