import { util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import type { NormalizationAttrs, NormalizationKernelName } from '../ops/normalization';

/** Of the tfjs kernels, and `dy` of those of their gradients. */
export interface NormalizationInputs {
  /** [..., features]. */
  readonly x: TensorInfo;
  /** [features]. */
  readonly gamma: TensorInfo;
  /** [features]; not in RMSNorm. */
  readonly beta?: TensorInfo;
}

export interface NormalizationGradientInputs extends NormalizationInputs {
  /** The shape of x. */
  readonly dy: TensorInfo;
}

/** How a row is normalized, and how many rows there are. */
export interface NormalizationSettings extends NormalizationAttrs {
  readonly rows: number;
  readonly features: number;
  readonly centered: boolean;
}

/** How a backend computes. */
export interface Normalization<Backend> {
  normalize(
    backend: Backend,
    inputs: NormalizationInputs,
    settings: NormalizationSettings,
  ): TensorInfo;
  /** @returns dx, dgamma and, where rows are centered, dbeta. */
  gradient(
    backend: Backend,
    inputs: NormalizationGradientInputs,
    settings: NormalizationSettings,
  ): TensorInfo[];
}

/** The tfjs kernels of a backend. */
export function normalizationKernels<Backend>({
  normalize,
  gradient,
}: Normalization<Backend>): Record<NormalizationKernelName, KernelFunc> {
  return {
    LayerNorm: kernelOf(normalize, true),
    LayerNormGradient: kernelOf(gradient, true),
    RMSNorm: kernelOf(normalize, false),
    RMSNormGradient: kernelOf(gradient, false),
  };
}

function kernelOf<Backend, Inputs extends NormalizationInputs>(
  compute: (
    backend: Backend,
    inputs: Inputs,
    settings: NormalizationSettings,
  ) => TensorInfo | TensorInfo[],
  centered: boolean,
): KernelFunc {
  return (args) => {
    const inputs = args.inputs as unknown as Inputs;
    const { epsilon } = args.attrs as unknown as NormalizationAttrs;
    const features = inputs.gamma.shape[0]!;
    const rows = util.sizeFromShape(inputs.x.shape) / features;
    return compute(args.backend as Backend, inputs, { rows, features, epsilon, centered });
  };
}
