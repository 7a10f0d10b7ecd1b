import type { LayersModel, LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { CompositeLayer } from '../layers/composite_layer';
import { isTernaryLayer } from '../layers/ternary/ternary_layer';
import { firstShape, inputShape, outputShape, type LayerNode } from '../tfjs/layer_nodes';
import { layerSites, type LayerSite } from './layer_sites';

/** What shapes alone tell of a layer. */
export interface LayerSizes {
  readonly path: string;
  readonly className: string;
  /** Shape of the kernel [in, out], or of the largest weight. */
  readonly shape: number[];
  /** Number of weights of the float layer. */
  readonly parameters: number;
  /** Bytes of all weights now. */
  readonly bytes: number;
  /** Of these, the bytes of a ternary kernel and its scales; 0 for other layers. */
  readonly ternaryBytes: number;
  /** Multiply-accumulates for one example (Dense, convolutions, recurrent and ternary layers). */
  readonly macs: number;
}

/** The layers of a model that hold weights, each once. */
export function sitesWithWeights(model: LayersModel): LayerSite[] {
  const sites = new Map([...layerSites(model)].map((site) => [site.layer, site]));
  return [...sites.values()].filter(({ layer }) => layer.weights.length > 0);
}

export function layerSizes(site: LayerSite): LayerSizes {
  const { layer, path } = site;
  const className = layer.getClassName();
  const bytes = bytesOf(layer.weights);
  if (isTernaryLayer(layer)) {
    const shape = [...layer.ternaryKernel.matrixShape];
    const ternaryBytes = bytesOf(layer.ternaryKernel.weights);
    const parameters = sizeOf(shape) + (bytes - ternaryBytes) / 4;
    const macs = sizeOf(shape) * positions(site, outputShape);
    return { path, className, shape, parameters, bytes, ternaryBytes, macs };
  }
  const shapes = layer.weights.map((weight) => weight.shape as number[]);
  const shape = shapes.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
  const macs = floatMacs(site, className);
  return { path, className, shape, parameters: bytes / 4, bytes, ternaryBytes: 0, macs };
}

function bytesOf(weights: readonly LayerVariable[]): number {
  return sumOf(weights, (weight) => 4 * sizeOf(weight.shape));
}

/** Classes of layers that apply their kernels once for each output position, or each input position (or step). */
const AT_OUTPUTS = /^(Dense|(Depthwise|Separable)?Conv[123]D)$/;
const AT_INPUTS = /^(SimpleRNN|LSTM|GRU|Bidirectional|Conv[23]DTranspose)$/;

/** A kernel costs its size in MACs at each position; other weights count as nothing. */
function floatMacs(site: LayerSite, className: string): number {
  const kernels = site.layer.weights.filter(({ shape }) => shape.length > 1);
  const perPosition = sumOf(kernels, ({ shape }) => sizeOf(shape));
  if (AT_OUTPUTS.test(className)) return perPosition * positions(site, outputShape);
  return AT_INPUTS.test(className) ? perPosition * positions(site, inputShape) : 0;
}

/** Positions for one example, over all uses of the layer; unknown dimensions count as 1. */
function positions(site: LayerSite, shapeOf: typeof outputShape): number {
  const shapes = site.nodes.map((node) => shapeAt(site, node, shapeOf));
  return site.runs * (sumOf(shapes, (shape) => sizeOf(shape.slice(1, -1))) || 1);
}

/** The inner layers of a composite one have as many positions as what they take. */
function shapeAt(site: LayerSite, node: LayerNode, shapeOf: typeof outputShape): Shape {
  const { layer, applied, within } = site;
  if (!(applied instanceof CompositeLayer)) return shapeOf(node);
  const taken = within.reduce((shapes, composite, i) => {
    const inner = within[i + 1] ?? layer;
    return composite.innerShapes(shapes)[composite.innerLayers.indexOf(inner)]!;
  }, node.inputShapes);
  return firstShape(taken);
}

function sizeOf(shape: Shape): number {
  return shape.reduce<number>((size, dimension) => size * (dimension ?? 1), 1);
}

export function sumOf<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}
