import type { BitnetOptions } from './bitnet';
import type { LsqOptions } from './lsq';
import type { TwnOptions } from './twn';

declare const registered: unique symbol;

/** A built-in kernel quantizer by name, with its options. */
export type BuiltInQuantizerConfig =
  | ({ readonly name: 'bitnet' } & BitnetOptions)
  | ({ readonly name: 'twn' } & TwnOptions)
  | ({ readonly name: 'lsq' } & LsqOptions)
  | { readonly name: 'paretoq' };

/**
 * A kernel quantizer of your own with its options, as the function that `registerQuantizer` returns makes
 * it. The mark on its name is only for the compiler: without it, a misspelt option of a built-in rule would
 * pass as an option of another rule.
 */
export interface RegisteredQuantizerConfig {
  readonly name: string & { readonly [registered]: true };
}

/** A kernel quantizer with its options: what a layer takes, and what its config holds. */
export type KernelQuantizerConfig = BuiltInQuantizerConfig | RegisteredQuantizerConfig;

/** The built-in rules of version 0.1.0 whose option `perOutput` it called `perChannel`. */
const RENAMED: ReadonlySet<string> = new Set(['bitnet', 'twn', 'lsq']);

/** A saved config with the names of this version. */
export function currentQuantizerConfig<Saved>(saved: Saved): Saved {
  const { perChannel, ...config } = saved as { name?: string; perChannel?: boolean };
  if (perChannel === undefined || !RENAMED.has(config.name ?? '')) return saved;
  return { ...config, perOutput: perChannel } as Saved;
}
