/**
 * The arguments of a packed product, in the order in which they lie in memory: a block of 32-bit words. Both compilers read
 * this file, asc for the microkernels and tsc for src/engine/wasm/mat_mul_args.ts, so the order is written down nowhere else.
 *
 * `eps`, `floor` and `ceiling` are float32; the others are integers, and addresses and strides are in bytes.
 */
export enum MatMulArg {
  /** float32 [rows, inFeatures]. */
  x,
  /** The packed weights of output 0; those of every other output follow. */
  packed,
  /** The scale of output 0. */
  scale,
  /** The distance from one output's scale to the next: 4, or 0 if one scale serves all. */
  scaleStride,
  /** The bias of output 0; 0 if there is no bias. */
  bias,
  /** Output 0 of row 0; a row's outputs are neighbours. */
  y,
  /** The distance from one row of y to the next. */
  yStride,
  /** How many rows x has. */
  rows,
  /** How many inputs a row has. */
  inFeatures,
  /** Whether blocks of 4 inputs that are all zero may be skipped: 1, or 0. It changes no output. */
  skipZeroBlocks,
  /** The arguments of the windows of a quantized image, which are the rows (window_args.ts); 0 if x has the rows. */
  windows,
  /** Which window is row 0. */
  firstWindow,
  /** Lower bound of a row's largest magnitude. */
  eps,
  /** The least value of an output: 0 for ReLU and ReLU6, -infinity for no activation. */
  floor,
  /** The largest value of an output: 6 for ReLU6, otherwise infinity. */
  ceiling,
}
