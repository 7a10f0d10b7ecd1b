import type { KernelQuantizerConfig } from 'tfjs-bitcore';

/** The rules by their names on the command line; float has none. */
export const QUANTIZERS: Readonly<Record<string, KernelQuantizerConfig | null>> = {
  float: null,
  bitnet: { name: 'bitnet' },
  'bitnet:perChannel': { name: 'bitnet', perChannel: true },
  twn: { name: 'twn' },
  'twn:perChannel': { name: 'twn', perChannel: true },
  lsq: { name: 'lsq' },
  'lsq:perChannel': { name: 'lsq', perChannel: true },
  paretoq: { name: 'paretoq' },
};

export const RECIPES = ['plain', 'schedule', 'distillation', 'both'] as const;
export type Recipe = (typeof RECIPES)[number];
