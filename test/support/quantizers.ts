import type { KernelQuantizerConfig } from '../../src';

/** Every built-in kernel quantizer with each of its options. */
export const KERNEL_QUANTIZERS: KernelQuantizerConfig[] = [
  { name: 'bitnet' },
  { name: 'bitnet', perChannel: true },
  { name: 'twn' },
  { name: 'twn', perChannel: true },
  { name: 'twn', factor: 0.4 },
  { name: 'twn', factor: 1.1, perChannel: true },
  { name: 'lsq' },
  { name: 'lsq', perChannel: true },
  { name: 'paretoq' },
];

export const LEARNED_QUANTIZERS = KERNEL_QUANTIZERS.filter(({ name }) =>
  ['lsq', 'paretoq'].includes(name),
);

/** Rows of `describe.each` and `test.each`: a title, and the config. */
export function titled(configs: KernelQuantizerConfig[]): Array<[string, KernelQuantizerConfig]> {
  return configs.map((config) => [JSON.stringify(config), config]);
}
