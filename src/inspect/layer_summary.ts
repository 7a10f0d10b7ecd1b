import type { LayersModel } from '@tensorflow/tfjs-layers';
import { packedBytes } from '../layers/ternary/packed_weights';
import type { KernelStatistics } from '../layers/ternary/ternary_kernel';
import { isTernaryLayer, type TernaryLayer } from '../layers/ternary/ternary_layer';
import type { LayerSite } from '../topology/layer_sites';
import { layerSizes, sitesWithWeights, sumOf } from '../topology/layer_sizes';

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
  return sitesWithWeights(model).map(summarizeLayer);
}

function summarizeLayer(site: LayerSite): LayerSummary {
  const { path, className, shape, parameters, bytes, ternaryBytes, macs } = layerSizes(site);
  const sizes = { path, className, shape, parameters, bytes };
  const { layer } = site;
  if (isTernaryLayer(layer)) {
    const [inFeatures, units] = layer.ternaryKernel.matrixShape;
    const { zeros, scales } = statisticsOf(layer, path);
    const otherBytes = bytes - ternaryBytes;
    return {
      ...sizes,
      quantizer: layer.kernelQuantizer.name,
      bitsPerWeight: (8 * ternaryBytes) / (inFeatures * units),
      deployedBytes: packedBytes(inFeatures, units, scales) + otherBytes,
      float32Bytes: 4 * inFeatures * units + otherBytes,
      zeros,
      macs: { ternary: macs, float32: 0 },
    };
  }
  return {
    ...sizes,
    quantizer: null,
    bitsPerWeight: 32,
    deployedBytes: bytes,
    float32Bytes: bytes,
    zeros: null,
    macs: { ternary: 0, float32: macs },
  };
}

function statisticsOf({ ternaryKernel }: TernaryLayer, path: string): KernelStatistics {
  try {
    return ternaryKernel.statistics();
  } catch (error) {
    throw new Error(`summary: layer "${path}": ${(error as Error).message}`, { cause: error });
  }
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
