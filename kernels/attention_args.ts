/**
 * The arguments of attention, in the order in which they lie in memory: a block of 32-bit words. Both compilers read this file, asc
 * for the microkernels and tsc for src/engine/attention/args.ts, so the order is written down nowhere else.
 *
 * `scale` is float32; the others are integers, and addresses are in bytes.
 */
export enum AttentionArg {
  /** float32 [examples, queries, heads, keyWidth]. */
  q,
  /** float32 [examples, keys, heads, keyWidth]. */
  k,
  /** float32 [examples, keys, heads, valueWidth]. */
  v,
  /** float32 [examples, keys], 0 for hidden keys; the address 0 if no key is hidden. */
  mask,
  /** float32 [heads], what a key costs for each position between it and a query; the address 0 if it costs nothing. */
  slopes,
  /** float32 [examples, queries, heads, valueWidth], the outputs. */
  y,
  heads,
  queries,
  keys,
  keyWidth,
  valueWidth,
  /** 1 if a query sees no key behind it, else 0. */
  causal,
  /** Multiplies the products of queries and keys. */
  scale,
}
