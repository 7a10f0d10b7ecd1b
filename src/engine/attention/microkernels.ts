/** The functions of kernels/attention.ts on one memory; all arrays are given by their addresses. */
export interface AttentionMicrokernels {
  /** Bytes of scratch memory, at a multiple of 8. */
  scratchBytesOfAttention(keyWidth: number, valueWidth: number): number;
  /** mask and slopes are 0 where there are none, `causal` is 0 where queries also see the keys behind them. */
  attend(
    q: number,
    k: number,
    v: number,
    mask: number,
    slopes: number,
    y: number,
    scratch: number,
    heads: number,
    queries: number,
    keys: number,
    keyWidth: number,
    valueWidth: number,
    scale: number,
    causal: number,
  ): void;
}
