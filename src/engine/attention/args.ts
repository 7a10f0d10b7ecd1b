import { AttentionArg } from '../../../kernels/attention_args';
import type { MemoryViews } from '../wasm/memory_views';
import type { AttentionSizes } from './attention';

/** Addresses of what attention reads and writes, by the names that kernels/attention_args.ts explains. */
export interface AttentionAddresses {
  readonly q: number;
  readonly k: number;
  readonly v: number;
  readonly mask: number;
  readonly slopes: number;
  readonly y: number;
}

/** Bytes that the arguments take. (An enum's object holds its numbers as keys, too.) */
export const ATTENTION_ARGS_BYTES = (4 * Object.keys(AttentionArg).length) / 2;

/** Writes the arguments of attention to the address `at`, a multiple of 4. */
export function writeAttentionArgs(
  views: MemoryViews,
  at: number,
  addresses: AttentionAddresses,
  sizes: AttentionSizes,
): void {
  const end = at + ATTENTION_ARGS_BYTES;
  const word = at >>> 2;
  const integers = views.integers(end);
  integers[word + AttentionArg.q] = addresses.q;
  integers[word + AttentionArg.k] = addresses.k;
  integers[word + AttentionArg.v] = addresses.v;
  integers[word + AttentionArg.mask] = addresses.mask;
  integers[word + AttentionArg.slopes] = addresses.slopes;
  integers[word + AttentionArg.y] = addresses.y;
  integers[word + AttentionArg.heads] = sizes.heads;
  integers[word + AttentionArg.queries] = sizes.queries;
  integers[word + AttentionArg.keys] = sizes.keys;
  integers[word + AttentionArg.keyWidth] = sizes.keyWidth;
  integers[word + AttentionArg.valueWidth] = sizes.valueWidth;
  integers[word + AttentionArg.causal] = Number(sizes.causal);
  views.floats(end)[word + AttentionArg.scale] = sizes.scale;
}
