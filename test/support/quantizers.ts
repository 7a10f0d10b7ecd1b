import type { KernelQuantizerConfig } from '../../src';

/** Every built-in kernel quantizer with each of its options. */
export const KERNEL_QUANTIZERS: KernelQuantizerConfig[] = [
  { name: 'bitnet' },
  { name: 'bitnet', perOutput: true },
  { name: 'bitnet', addEps: true },
  { name: 'twn' },
  { name: 'twn', perOutput: true },
  { name: 'twn', factor: 0.4 },
  { name: 'twn', factor: 1.1, perOutput: true },
  { name: 'lsq' },
  { name: 'lsq', perOutput: true },
  { name: 'paretoq' },
];

export const LEARNED_QUANTIZERS = KERNEL_QUANTIZERS.filter(({ name }) =>
  ['lsq', 'paretoq'].includes(name),
);

/** Rows of `describe.each` and `test.each`: a title, and the config. */
export function titled(configs: KernelQuantizerConfig[]): Array<[string, KernelQuantizerConfig]> {
  return configs.map((config) => [JSON.stringify(config), config]);
}
