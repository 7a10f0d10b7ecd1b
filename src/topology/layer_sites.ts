import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { CompositeLayer } from '../layers/composite_layer';
import { nodesIn } from '../tfjs/container_nodes';
import { outputShape, type LayerNode } from '../tfjs/layer_nodes';
import { wrappedLayer } from '../tfjs/wrapped_layer';

/** A layer in a model, and its path: the names that lead to it, as in "outer/inner". */
export interface LayerSite {
  readonly layer: layers.Layer;
  readonly path: string;
  /** What the model around it applies: the layer, the TimeDistributed wrapper around it, or the layer made of it. */
  readonly applied: layers.Layer;
  /** The layers that are made of it, from the outermost one on. */
  readonly within: readonly CompositeLayer[];
  /** How the model around it uses `applied`: one node for each use. Uses in other models do not count. */
  readonly nodes: readonly LayerNode[];
  /** How often the model around it runs for one example: once, unless that model is nested and shared or wrapped. */
  readonly runs: number;
}

/** A model: the outermost one, whose path is empty, or one that is nested in it. */
export interface ModelSite {
  readonly model: LayersModel;
  readonly path: string;
}

/**
 * The layers of a model that are not models themselves, including those in nested models and wrappers. In the place
 * of a composite layer, which has no weights of its own, are the layers that it is made of.
 */
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
  const uses = nodesIn(model);
  for (const applied of model.layers) {
    const { layer, path, wrappers } = unwrapped(applied, prefix);
    const nodes = uses.get(applied) ?? [];
    yield* innermostSites({ layer, path, applied, within: [], nodes, runs });
    if (!(layer instanceof LayersModel)) continue;
    const times = nodes.reduce((total, node) => total + timeSteps(node, wrappers), 0);
    yield* allSites(layer, `${path}/`, runs * times);
  }
}

/** A layer, or the layers that it is made of in the end. */
function* innermostSites(site: LayerSite): Generator<LayerSite> {
  const { layer, path } = site;
  if (!(layer instanceof CompositeLayer)) {
    yield site;
    return;
  }
  const within = [...site.within, layer];
  for (const inner of layer.innerLayers) {
    yield* innermostSites({ ...site, layer: inner, path: `${path}/${inner.name}`, within });
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
function timeSteps(node: LayerNode, wrappers: number): number {
  const axes = outputShape(node).slice(1, 1 + wrappers);
  return axes.reduce<number>((product, size) => product * (size ?? 1), 1);
}
