import type { LayersModel, LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { packedBytes } from '../layers/ternary/packed_weights';
import type { KernelStatistics } from '../layers/ternary/ternary_kernel';
import { isTernaryLayer, type TernaryLayer } from '../layers/ternary/ternary_layer';
import { inputShapes, outputShapes } from '../tfjs/layer_nodes';
import { layerSites, type LayerSite } from '../topology/layer_sites';

/** Sizes are in bytes; multiply-accumulates (MACs) are for one example. */
export interface LayerSummary {
  /** Path of the layer: its name, after those of the models and wrappers around it. */
  readonly path: string;
  readonly className: string;
  /** The kernel quantizer's name, for ternary layers. */
  readonly quantizer: string | null;
  /** Shape of the kernel [in, out], or of the largest weight. */
  readonly shape: number[];
  /** Number of weights of the float layer. */
  readonly parameters: number;
  /** Bits the kernel takes for one weight now, padding and scale included. */
  readonly bitsPerWeight: number;
  /** Bytes of all weights now. */
  readonly bytes: number;
  /** Bytes of all weights once deployed. */
  readonly deployedBytes: number;
  /** Bytes of all weights of the float32 layer. */
  readonly float32Bytes: number;
  /** Share of the ternary kernel that is 0, for ternary layers. */
  readonly zeros: number | null;
  /** MACs with ternary weights, and with float32 ones (Dense, convolutions, recurrent layers). */
  readonly macs: { readonly ternary: number; readonly float32: number };
}

export type SummaryTotals = Pick<
  LayerSummary,
  'parameters' | 'bytes' | 'deployedBytes' | 'float32Bytes' | 'macs'
>;

/** The layers of a model that hold weights, each once. */
export function summarizeLayers(model: LayersModel): LayerSummary[] {
  const sites = new Map([...layerSites(model)].map((site) => [site.layer, site]));
  return [...sites.values()].filter(({ layer }) => layer.weights.length > 0).map(summarizeLayer);
}

export function summarizeLayer(site: LayerSite): LayerSummary {
  const { layer, path } = site;
  const bytes = bytesOf(layer.weights);
  const className = layer.getClassName();
  if (isTernaryLayer(layer)) return summarizeTernary(layer, site, bytes);
  const shapes = layer.weights.map((weight) => weight.shape as number[]);
  const shape = shapes.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
  return {
    path,
    className,
    quantizer: null,
    shape,
    parameters: bytes / 4,
    bitsPerWeight: 32,
    bytes,
    deployedBytes: bytes,
    float32Bytes: bytes,
    zeros: null,
    macs: { ternary: 0, float32: floatMacs(site, className) },
  };
}

function summarizeTernary(layer: TernaryLayer, site: LayerSite, bytes: number): LayerSummary {
  const { ternaryKernel: kernel, kernelQuantizer } = layer;
  const shape = [...kernel.matrixShape] as [number, number];
  const { zeros, scales } = statisticsOf(layer, site.path);
  const kernelSize = sizeOf(shape);
  const otherBytes = bytes - bytesOf(kernel.weights);
  return {
    path: site.path,
    className: layer.getClassName(),
    quantizer: kernelQuantizer.name,
    shape,
    parameters: kernelSize + otherBytes / 4,
    bitsPerWeight: (8 * (bytes - otherBytes)) / kernelSize,
    bytes,
    deployedBytes: packedBytes(...shape, scales) + otherBytes,
    float32Bytes: 4 * kernelSize + otherBytes,
    zeros,
    macs: { ternary: kernelSize * positions(site, outputShapes), float32: 0 },
  };
}

function statisticsOf({ ternaryKernel }: TernaryLayer, path: string): KernelStatistics {
  try {
    return ternaryKernel.statistics();
  } catch (error) {
    throw new Error(`summary: layer "${path}": ${(error as Error).message}`, { cause: error });
  }
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
  if (AT_OUTPUTS.test(className)) return perPosition * positions(site, outputShapes);
  return AT_INPUTS.test(className) ? perPosition * positions(site, inputShapes) : 0;
}

/** Positions for one example, over all uses of the layer; unknown dimensions count as 1. */
function positions({ applied, runs }: LayerSite, shapesOf: typeof outputShapes): number {
  return runs * (sumOf(shapesOf(applied), (shape) => sizeOf(shape.slice(1, -1))) || 1);
}

export function addUp(rows: LayerSummary[]): SummaryTotals {
  return {
    parameters: sumOf(rows, (row) => row.parameters),
    bytes: sumOf(rows, (row) => row.bytes),
    deployedBytes: sumOf(rows, (row) => row.deployedBytes),
    float32Bytes: sumOf(rows, (row) => row.float32Bytes),
    macs: {
      ternary: sumOf(rows, (row) => row.macs.ternary),
      float32: sumOf(rows, (row) => row.macs.float32),
    },
  };
}

function sizeOf(shape: Shape): number {
  return shape.reduce<number>((size, dimension) => size * (dimension ?? 1), 1);
}

function sumOf<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}
