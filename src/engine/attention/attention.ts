/** The operands of attention. */
export interface Attention {
  /** float32 [examples, queries, heads, keyWidth]. */
  readonly q: Float32Array;
  /** float32 [examples, keys, heads, keyWidth]. */
  readonly k: Float32Array;
  /** float32 [examples, keys, heads, valueWidth]. */
  readonly v: Float32Array;
  /** float32 [examples, keys], 0 for hidden keys; undefined where no key is hidden. */
  readonly mask: Float32Array | undefined;
  /** float32 [heads]: what a key costs for each position between it and a query; undefined where it costs nothing. */
  readonly slopes: Float32Array | undefined;
  readonly sizes: AttentionSizes;
}

export interface AttentionSizes {
  readonly examples: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly keyWidth: number;
  readonly valueWidth: number;
  /** Multiplies the products of queries and keys. */
  readonly scale: number;
  /** Whether a query sees no key behind it; the last query stands at the last key. */
  readonly causal: boolean;
}
