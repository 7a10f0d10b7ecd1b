import {
  abs,
  cast,
  div,
  greater,
  keep,
  mean,
  mul,
  sum,
  tidy,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { LatentKernel } from '../../layers/ternary/latent_kernel';

/** The state of a ternary layer's kernel at one moment. Shares are in [0, 1]. */
export interface LayerMetrics {
  /** Path of the layer: its name, after those of the models and wrappers around it. */
  readonly path: string;
  /** Shares of the weights -1, 0 and +1; all are 0 if training has made the weights NaN. */
  readonly negative: number;
  readonly zero: number;
  readonly positive: number;
  /** Share of the weights that have changed their value since the last look; 0 at the first look. */
  readonly flips: number;
  /** The scale; the mean over outputs if each output has its own. */
  readonly scale: number;
  /**
   * Share of the latent weights beyond the outermost level, |W| > scale (paretoq: beyond its clip
   * range, |W| > 0.99 alpha).
   */
  readonly saturation: number;
  /** Information per weight computed from the three shares, in bits: at most log2(3) = 1.585. */
  readonly entropy: number;
}

/** The metrics of a layer, and its ternary weights for the next look. */
export interface Look {
  readonly metrics: LayerMetrics;
  readonly ternary: Int8Array;
}

export async function lookAt(
  latent: LatentKernel,
  path: string,
  previous?: Int8Array,
): Promise<Look> {
  const tensors = measure(latent);
  const read = async (tensor: Tensor) => tensor.data();
  const [values, scale, saturation] = await Promise.all(tensors.map(read));
  for (const tensor of tensors) tensor.dispose();
  const ternary = Int8Array.from(values!);
  const shares = sharesOf(values!);
  const metrics = {
    path,
    ...shares,
    flips: flipsBetween(previous ?? ternary, ternary),
    scale: scale![0]!,
    saturation: saturation![0]!,
    entropy: entropyOf(Object.values(shares)),
  };
  return { metrics, ternary };
}

/** Ternary weights, mean scale, saturated share. */
function measure(latent: LatentKernel): Tensor[] {
  const { clip = 1 } = latent.quantizer;
  return tidy(() => {
    const { ternary, scale } = latent.quantized();
    // 1, or NaN where the scale is not finite; in that case the content of ternary depends on the backend.
    const known = div(scale, scale);
    const kernel = latent.matrix();
    const isSaturated = cast(greater(abs(kernel), mul(scale, clip)), 'float32');
    // Row by row: a single long sum is inexact on the wasm backend.
    const saturation = mul(sum(sum(isSaturated, 1)), 1 / kernel.size);
    return [mul(ternary, known), mean(scale), saturation].map((tensor) => keep(tensor));
  });
}

/** Counts the float values: in an Int8Array a NaN would count as 0. */
function sharesOf(values: ArrayLike<number>) {
  const counts = [0, 0, 0];
  for (let i = 0; i < values.length; i++) counts[values[i]! + 1]!++;
  const [negative, zero, positive] = counts.map((count) => count / values.length);
  return { negative: negative!, zero: zero!, positive: positive! };
}

function flipsBetween(before: Int8Array, after: Int8Array): number {
  let flips = 0;
  for (let i = 0; i < after.length; i++) if (after[i] !== before[i]) flips++;
  return flips / after.length;
}

function entropyOf(shares: number[]): number {
  return shares.reduce((bits, p) => (p > 0 ? bits - p * Math.log2(p) : bits), 0);
}
