/** What is done to a product's outputs at once; NaN stays NaN. */
export type Activation = 'linear' | 'relu' | 'relu6';

/** One packed product: y = activation((x . ternary) * scales + bias). */
export interface TernaryProduct {
  /** float32 [rows, inFeatures]. */
  readonly x: Float32Array;
  /** Packed words, layout `int2`, [units, words per output]. */
  readonly packed: Int32Array;
  /** One number, or one per output. */
  readonly scale: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly rows: number;
  readonly inFeatures: number;
  readonly units: number;
  /** Lower bound of a row's largest magnitude. */
  readonly eps: number;
  /** Default: `'linear'`. */
  readonly activation?: Activation | undefined;
  /** Whether blocks of 4 inputs that are all zero may be skipped. It changes no output. Default: false. */
  readonly skipZeroBlocks?: boolean | undefined;
}
