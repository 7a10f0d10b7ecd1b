import type { Tensor } from '@tensorflow/tfjs-core';
import type { PackedOperands } from '../../ops/ternary_mat_mul';
import type { InputQuantizer } from '../../quantizers/input/input_quantizer';
import type { QuantizedKernel } from '../../quantizers/kernel/kernel_quantizer';

/** The operands of a product in training, except the kernel. */
interface TrainedOperands {
  readonly x: Tensor;
  /** [units], or none. */
  readonly bias: Tensor | undefined;
  readonly inputQuantizer: InputQuantizer;
  readonly eps: number;
}

/** The operands at a blend below 1. */
interface BlendedOperands extends TrainedOperands {
  readonly blend: number;
  /** The latent kernel as a matrix [in, units]. */
  readonly kernel: Tensor;
  /** The kernel of blend 1. It is not computed at blend 0. */
  readonly quantized: () => QuantizedKernel;
}

/**
 * How a kind of layer multiplies its input by its kernel. This is all that the lives of a ternary kernel do
 * not know. Kernels are matrices [in, units] here, for every shape that the layer gives its weights.
 */
export interface TernaryProducts {
  /** The product with W^ = scale * ternary, in floats, with straight-through gradients. */
  trained(operands: TrainedOperands, kernel: QuantizedKernel): Tensor;
  /** The product with a share of the quantization in force. */
  blended(operands: BlendedOperands): Tensor;
  /** The product on packed words. It equals `trained` bit for bit where the input quantizer is exact. */
  packed(operands: Omit<PackedOperands, 'skipZeroBlocks'>): Tensor;
}
