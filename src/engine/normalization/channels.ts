/** What rows of channels are normalized with; all but x are float32 [channels]. */
export interface Channels {
  /** float32 [rows, channels]. */
  readonly x: Float32Array;
  readonly mean: Float32Array;
  /** Of `channelFactors`. */
  readonly factor: Float32Array;
  readonly beta: Float32Array;
}

/** gamma / sqrt(variance + epsilon), in float64, and rounded to float32 once. */
export function channelFactors(
  gamma: Float32Array,
  variance: Float32Array,
  epsilon: number,
): Float32Array {
  return gamma.map((value, i) => value / Math.sqrt(variance[i]! + epsilon));
}

/**
 * y = (x - mean) * factor + beta for each channel, rounded to float32 after each of the three operations. kernels/
 * computes the same floats.
 */
export function normalizeChannels({ x, mean, factor, beta }: Channels, y: Float32Array): void {
  const channels = mean.length;
  const { fround } = Math;
  for (let from = 0; from < x.length; from += channels) {
    for (let i = 0; i < channels; i++) {
      const scaled = fround(fround(x[from + i]! - mean[i]!) * factor[i]!);
      y[from + i] = fround(scaled + beta[i]!);
    }
  }
}
