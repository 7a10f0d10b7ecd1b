/** Rows to normalize, each by itself. */
export interface Rows {
  /** float32 [rows, features]. */
  readonly x: Float32Array;
  /** float32 [features]. */
  readonly gamma: Float32Array;
  readonly rows: number;
  readonly features: number;
  /** Added to the mean of the squares. */
  readonly epsilon: number;
  /** Whether the mean of a row is subtracted first, as layer normalization does. */
  readonly centered: boolean;
}

/** The gradients to compute: float32 arrays of the sizes of x, gamma and beta. */
export interface RowGradients {
  readonly dx: Float32Array;
  readonly dgamma: Float32Array;
  /** Undefined where no beta was added. */
  readonly dbeta: Float32Array | undefined;
}
