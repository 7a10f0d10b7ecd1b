import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { channelFactors } from '../engine/normalization/channels';
import { BatchNorm } from '../layers/batch_norm';
import { BitConv2D } from '../layers/bit_conv2d/layer';
import { BitLinear } from '../layers/bit_linear/layer';
import type { PackedWeights } from '../layers/ternary/packed_weights';
import type { TernaryLayer } from '../layers/ternary/ternary_layer';
import { negateOutput, zeroOutput } from '../packing/int2';
import { BatchNormalization, type BatchNormalizationLayer } from '../tfjs/batch_normalization';
import { nodesIn } from '../tfjs/container_nodes';
import { inputShape, inputTensors, outputTensors } from '../tfjs/layer_nodes';
import { layerSites, modelSites, type LayerSite } from '../topology/layer_sites';

/** A ternary layer with a bias, or one that may have it. */
interface FoldingLayer extends TernaryLayer {
  readonly useBias: boolean;
  readonly bias: { read(): { dataSync(): ArrayLike<number> } } | null;
  readonly activation: { getClassName(): string };
}

/** A batch normalization whose arithmetic a ternary layer before it can do. */
export interface Fold {
  readonly layer: FoldingLayer;
  readonly path: string;
  readonly normalization: BatchNormalizationLayer;
  readonly normalizationPath: string;
}

/** What a folding layer holds once it is deployed. */
export interface FoldedWeights extends PackedWeights {
  readonly bias: Float32Array;
}

/**
 * How much larger than its outputs the mean that a normalization subtracts may be: in a folded layer they are rounded
 * together, and the digits of the mean are lost to the difference.
 */
const MAX_MEAN = 2;

/** The batch normalizations that can be folded. */
export function foldsOf(model: LayersModel): Fold[] {
  const sites = [...layerSites(model)];
  const takers = tensorTakers(model);
  return sites.flatMap((site) => {
    const { layer, path } = site;
    const tensor = isUsedOnce(site, sites) ? outputTensors(site.nodes[0]!)[0]! : undefined;
    if (tensor == null || !isFoldingLayer(layer) || takers.get(tensor) !== 1) return [];
    const next = sites.find(({ nodes }) =>
      nodes.some((node) => inputTensors(node).includes(tensor)),
    );
    if (next == null || !isBatchNormalization(next)) return [];
    if (!isUsedOnce(next, sites) || !isOverLastAxis(next)) return [];
    const normalization = next.layer as BatchNormalizationLayer;
    const fold = { layer, path, normalization, normalizationPath: next.path };
    return staysClose(fold) ? [fold] : [];
  });
}

/** The weights that give the outputs of the normalization: one scale for each output, and a bias. */
export function foldedWeights(
  { layer, normalization }: Fold,
  { packed, scale }: PackedWeights,
): FoldedWeights {
  const { factors, shifts } = affineOf(layer, normalization);
  const words = packed.slice();
  const scales = factors.map((factor, i) => {
    const product = Math.fround(scale[scale.length === 1 ? 0 : i]! * Math.abs(factor));
    // A scale is positive: the signs of the weights take its sign, and an output without weights any scale.
    if (product === 0) zeroOutput(words, i, factors.length);
    else if (factor < 0) negateOutput(words, i, factors.length);
    return product === 0 ? 1 : product;
  });
  return { packed: words, scale: scales, bias: shifts };
}

/** How many layers take each tensor of the models in a model; an output of a model counts as one more. */
function tensorTakers(model: LayersModel): Map<unknown, number> {
  const models = [...modelSites(model)].map(({ model: inner }) => inner);
  const takers = new Map<unknown, number>();
  // A Sequential goes through the layers of a model that is its first layer: their nodes are in both.
  const nodes = new Set(models.flatMap((inner) => [...nodesIn(inner).values()].flat()));
  const outputs = new Set(models.flatMap((inner) => inner.outputs));
  for (const tensor of [...[...nodes].flatMap(inputTensors), ...outputs]) {
    takers.set(tensor, (takers.get(tensor) ?? 0) + 1);
  }
  return takers;
}

/** Whether a layer stands by itself, in no wrapper and no other layer, at one place, and is applied once there. */
function isUsedOnce(site: LayerSite, sites: readonly LayerSite[]): boolean {
  const { layer, applied, nodes } = site;
  const isAlone = sites.every((other) => other === site || other.layer !== layer);
  return applied === layer && nodes.length === 1 && isAlone;
}

function isFoldingLayer(layer: layers.Layer): layer is FoldingLayer {
  // A class of one's own may compute more.
  const isOurs = layer.constructor === BitLinear || layer.constructor === BitConv2D;
  return isOurs && (layer as FoldingLayer).activation.getClassName() === 'linear';
}

export function isBatchNormalization({ layer }: LayerSite): boolean {
  return layer.constructor === BatchNormalization || layer.constructor === BatchNorm;
}

function isOverLastAxis({ layer, nodes }: LayerSite): boolean {
  const { length } = inputShape(nodes[0]!);
  const [axis] = [(layer as BatchNormalizationLayer).axis].flat();
  return axis === -1 || axis === length - 1;
}

/** Whether the outputs stay within 1e-6 of the largest one. */
function staysClose({ layer, normalization }: Fold): boolean {
  const { factors, shifts } = affineOf(layer, normalization);
  const beta = valuesOf(normalization.beta, factors.length, 0);
  const gamma = valuesOf(normalization.gamma, factors.length, 1);
  const outputs = largest(gamma.map((value, i) => Math.abs(value) + Math.abs(beta[i]!)));
  const means = largest(shifts.map((shift, i) => Math.abs(shift - beta[i]!)));
  return means <= MAX_MEAN * outputs && factors.every(Number.isFinite);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** The normalization of a layer's output y without its bias, as y * factor + shift. */
function affineOf(
  { bias }: Pick<FoldingLayer, 'bias'>,
  { gamma, beta, movingMean, movingVariance, epsilon }: BatchNormalizationLayer,
): { factors: Float32Array; shifts: Float32Array } {
  const mean = movingMean.read().dataSync() as Float32Array;
  const { length } = mean;
  const variance = movingVariance.read().dataSync() as Float32Array;
  const factors = channelFactors(valuesOf(gamma, length, 1), variance, epsilon);
  const added = valuesOf(bias, length, 0);
  const shift = valuesOf(beta, length, 0);
  const shifts = mean.map((value, i) => (added[i]! - value) * factors[i]! + shift[i]!);
  return { factors, shifts };
}

function valuesOf(
  weight: { read(): { dataSync(): ArrayLike<number> } } | null | undefined,
  length: number,
  missing: number,
): Float32Array {
  if (weight == null) return new Float32Array(length).fill(missing);
  return Float32Array.from(weight.read().dataSync());
}
