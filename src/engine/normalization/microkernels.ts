/** The functions of kernels/normalization.ts on one memory; all arrays are given by their addresses. */
export interface NormalizationMicrokernels {
  /** beta is 0 where nothing is added, `centered` is 0 where the mean is not subtracted. */
  normalize(
    x: number,
    gamma: number,
    beta: number,
    y: number,
    rows: number,
    features: number,
    epsilon: number,
    centered: number,
  ): void;
  /** `sums` are `2 * features` float64 at a multiple of 8, to which the gradients of gamma and beta are added. */
  normalizeGradient(
    x: number,
    gamma: number,
    dy: number,
    dx: number,
    sums: number,
    rows: number,
    features: number,
    epsilon: number,
    centered: number,
  ): void;
  /** mean, factor and beta are float32 [channels]; x and y are [rows, channels]. */
  normalizeChannels(
    x: number,
    mean: number,
    factor: number,
    beta: number,
    y: number,
    rows: number,
    channels: number,
  ): void;
}
