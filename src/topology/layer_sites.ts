import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { usesIn } from '../tfjs/container_nodes';
import { outputShapes } from '../tfjs/layer_nodes';
import { wrappedLayer } from '../tfjs/wrapped_layer';

/** A layer in a model, and its path: the names that lead to it, as in "outer/inner". */
export interface LayerSite {
  readonly layer: layers.Layer;
  readonly path: string;
  /** What the model around it applies: the layer, or the TimeDistributed wrapper around it. */
  readonly applied: layers.Layer;
  /** How often the model around it runs for one example: once, unless that model is nested and shared or wrapped. */
  readonly runs: number;
}

/** A model: the outermost one, whose path is empty, or one that is nested in it. */
export interface ModelSite {
  readonly model: LayersModel;
  readonly path: string;
}

/** The layers of a model that are not models themselves, including those in nested models and wrappers. */
export function* layerSites(model: LayersModel): Generator<LayerSite> {
  for (const site of allSites(model)) if (!(site.layer instanceof LayersModel)) yield site;
}

/** A model and the models nested in it, including those in wrappers. */
export function* modelSites(model: LayersModel): Generator<ModelSite> {
  yield { model, path: '' };
  for (const { layer, path } of allSites(model)) {
    if (layer instanceof LayersModel) yield { model: layer, path };
  }
}

/** Layers in the order of `model.layers`; a nested model comes before the layers in it. */
function* allSites(model: LayersModel, prefix = '', runs = 1): Generator<LayerSite> {
  for (const applied of model.layers) {
    const { layer, path, wrappers } = unwrapped(applied, prefix);
    yield { layer, path, applied, runs };
    if (!(layer instanceof LayersModel)) continue;
    const uses = usesIn(model, applied) || 1;
    yield* allSites(layer, `${path}/`, runs * uses * timeSteps(applied, wrappers));
  }
}

function unwrapped(
  layer: layers.Layer,
  prefix: string,
  wrappers = 0,
): { layer: layers.Layer; path: string; wrappers: number } {
  const path = prefix + layer.name;
  const wrapped = wrappedLayer(layer);
  return wrapped == null ? { layer, path, wrappers } : unwrapped(wrapped, `${path}/`, wrappers + 1);
}

/** Number of steps of `wrappers` wrappers, with one axis for each; unknown numbers of steps count as 1. */
function timeSteps(applied: layers.Layer, wrappers: number): number {
  const [shape = []] = outputShapes(applied);
  return shape.slice(1, 1 + wrappers).reduce<number>((product, size) => product * (size ?? 1), 1);
}
