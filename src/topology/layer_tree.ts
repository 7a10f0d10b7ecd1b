import { LayersModel, type layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError, TWO_COPIES } from '../errors';

/** A layer that holds weights of its own, with the names that lead to it: "outer/inner". */
export interface LayerSite {
  readonly layer: layers.Layer;
  readonly path: string;
  /** What the model around it applies: the layer, or the TimeDistributed wrapper around it. */
  readonly applied: layers.Layer;
  /** How often the model around it runs for one example: once, unless nested and shared or wrapped. */
  readonly runs: number;
}

/** The layers of a model, nested models and TimeDistributed wrappers entered. */
export function* layerSites(model: LayersModel, prefix = '', runs = 1): Generator<LayerSite> {
  for (const applied of model.layers) {
    const { layer, path, wrappers } = unwrapped(applied, prefix);
    if (layer instanceof LayersModel) {
      const runsInside = runs * usesIn(model, applied) * timeSteps(applied, wrappers);
      yield* layerSites(layer, `${path}/`, runsInside);
    } else {
      yield { layer, path, applied, runs };
    }
  }
}

function unwrapped(
  layer: layers.Layer,
  prefix: string,
  wrappers = 0,
): { layer: layers.Layer; path: string; wrappers: number } {
  const path = prefix + layer.name;
  if (layer.getClassName() !== 'TimeDistributed') return { layer, path, wrappers };
  const { layer: inner } = layer as unknown as { layer: layers.Layer };
  return unwrapped(inner, `${path}/`, wrappers + 1);
}

/** tfjs keeps the nodes of a model by name; a Sequential in a Sequential has none of its own. */
function usesIn(model: LayersModel, applied: layers.Layer): number {
  const { containerNodes } = model as unknown as { containerNodes?: Set<string> };
  const nodes = [...(containerNodes ?? [])];
  return nodes.filter((node) => node.startsWith(`${applied.name}_ib-`)).length || 1;
}

/** Steps over which `wrappers` TimeDistributed layers spread; unknown ones count as 1. */
function timeSteps(applied: layers.Layer, wrappers: number): number {
  const [shape = []] = outputShapes(applied);
  return shape.slice(1, 1 + wrappers).reduce<number>((product, size) => product * (size ?? 1), 1);
}

/** The shape of what a layer gives at each of its uses; the first one where it gives several. */
export function outputShapes(layer: layers.Layer): Shape[] {
  return layer.inboundNodes.map((node) => firstShape(node.outputShapes as unknown as Shapes));
}

/** The shape of what a layer takes at each of its uses; the first one where it takes several. */
export function inputShapes(layer: layers.Layer): Shape[] {
  return layer.inboundNodes.map((node) => firstShape(node.inputShapes as unknown as Shapes));
}

type Shapes = Shape | Shape[];

function firstShape(shapes: Shapes): Shape {
  return (Array.isArray(shapes[0]) ? shapes[0] : shapes) as Shape;
}

/** A model and the models nested in it, in wrappers too, with the path that `layerSites` gives theirs. */
export function* modelSites(
  model: LayersModel,
  path = '',
): Generator<{ model: LayersModel; path: string }> {
  yield { model, path };
  const prefix = path === '' ? '' : `${path}/`;
  for (const applied of model.layers) {
    const inner = unwrapped(applied, prefix);
    if (inner.layer instanceof LayersModel) yield* modelSites(inner.layer, inner.path);
  }
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

/** @throws if two layers have one path, by which they could not be told apart. */
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
