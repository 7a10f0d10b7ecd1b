import type { Tensor } from '@tensorflow/tfjs-core';

/** What a kernel quantizer receives in addition to the latent kernel. */
export interface QuantizeContext {
  /** Lower bound of every scale. */
  readonly eps: number;
  /** The learned scale, for quantizers that have one: shape [1], or [units] for one per output. */
  readonly alpha?: Tensor;
}

/** A kernel W^ = scale * ternary. */
export interface QuantizedKernel {
  /** float32 [in, out], every value exactly -1, 0 or 1. */
  readonly ternary: Tensor;
  /** float32 [1] (one scale for the kernel) or [out] (one per output), at least `eps`. */
  readonly scale: Tensor;
}

export interface KernelGradient {
  readonly kernel: Tensor;
  /** Required from quantizers with a learned scale; the shape of `alpha`. */
  readonly alpha?: Tensor;
}

/**
 * A rule that turns a float kernel into a ternary one, with its straight-through gradient.
 * Built-in rules: `bitnet`, `twn`, `lsq`, `paretoq`. Add one with `registerQuantizer`.
 */
export interface KernelQuantizer {
  /** The name under which it is registered. */
  readonly name: string;
  /**
   * The options that recreate this quantizer, numbers and booleans. They are saved with the model. tfjs
   * keeps only names in lower camel case (`perOutput`).
   */
  readonly options: Readonly<Record<string, number | boolean>>;
  /**
   * The range |W| / scale beyond which a latent weight counts as saturated. Default: 1, the outermost
   * level.
   */
  readonly clip?: number;
  /** Present when the scale is learned: computes its initial value from the latent kernel. */
  initialAlpha?(kernel: Tensor, eps: number): Tensor;
  /** The forward formula, made of ordinary ops. It carries no gradient of its own. */
  quantize(kernel: Tensor, context: QuantizeContext): QuantizedKernel;
  /**
   * Computes the gradient of the latent kernel (and of alpha) from the gradient g at W^. Without it, g
   * passes straight through, which is the rule for scales that are computed rather than learned.
   */
  gradient?(
    g: Tensor,
    kernel: Tensor,
    quantized: QuantizedKernel,
    context: QuantizeContext,
  ): KernelGradient;
}
