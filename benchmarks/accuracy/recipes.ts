import type { KernelQuantizerConfig } from 'tfjs-bitcore';

/** The rules by their names on the command line; float has none. */
export const QUANTIZERS: Readonly<Record<string, KernelQuantizerConfig | null>> = {
  float: null,
  bitnet: { name: 'bitnet' },
  'bitnet:position': { name: 'bitnet' },
  'bitnet:perOutput': { name: 'bitnet', perOutput: true },
  twn: { name: 'twn' },
  'twn:perOutput': { name: 'twn', perOutput: true },
  lsq: { name: 'lsq' },
  'lsq:perOutput': { name: 'lsq', perOutput: true },
  paretoq: { name: 'paretoq' },
};

/** Rules whose inputs of windows of 1x1 have a scale for each position, where others have one for each image. */
export const isPerPosition = (quantizer: string) => quantizer.endsWith(':position');

export const RECIPES = ['plain', 'schedule', 'distillation', 'both'] as const;
export type Recipe = (typeof RECIPES)[number];
