import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

interface QuantizedInput {
  /** float32, shape of the input; integers where the rule is exact. */
  readonly values: Tensor;
  /** float32 [rows, 1]: values * rowScale approximates the input. Undefined where the values are the input. */
  readonly rowScale: Tensor | undefined;
}

/** A rule that quantizes the input of a ternary product, row by row, with its straight-through gradient. */
export interface InputQuantizer {
  /** The name of the rule in layers and their saved configs. */
  readonly name: string;
  /** Whether the sums of a ternary product are exact, so that deployed outputs are bit-identical. */
  readonly isExact: boolean;
  /** The largest number of inputs per output for which that holds; Infinity where it never holds. */
  readonly maxInFeatures: number;
  /**
   * @param x float32 [rows, in].
   * @param eps lower bound of a row's largest magnitude.
   */
  quantize(x: Tensor2D, eps: number): QuantizedInput;
}
