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
 * it. The mark is only for the compiler: without it, a misspelt option of a built-in rule would pass as an
 * option of another rule.
 */
export interface RegisteredQuantizerConfig {
  readonly name: string;
  readonly [registered]: true;
  readonly [option: string]: string | number | boolean;
}

/** A kernel quantizer with its options: what a layer takes, and what its config holds. */
export type KernelQuantizerConfig = BuiltInQuantizerConfig | RegisteredQuantizerConfig;

/** The form that a config of an earlier version may have. */
type SavedQuantizer = string | { name: string; perChannel?: boolean; [option: string]: unknown };

/** A saved config with the names of this version: version 0.1.0 used the name `perChannel` for `perOutput`. */
export function currentQuantizerConfig<Saved>(saved: Saved): Saved {
  const { perChannel, ...options } = saved as Exclude<SavedQuantizer, string>;
  if (perChannel === undefined) return saved;
  return { ...options, perOutput: perChannel } as Saved;
}
