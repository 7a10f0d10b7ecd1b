import { numberFrom, oneOf } from '../options/check';
import type { Option, OptionTable } from '../options/option_table';
import { INPUT_QUANTIZER_NAMES, type InputQuantizerName } from './input/registry';
import type { KernelQuantizerConfig } from './kernel/config';

/** How a ternary layer quantizes. */
export interface QuantizationOptions {
  /**
   * The rule that makes the kernel ternary: `'bitnet'`, `'twn'`, `'lsq'`, `'paretoq'`, one added by
   * `registerQuantizer`, or `{name, ...options}`. Default: `'bitnet'`.
   */
  kernelQuantizer?: string | KernelQuantizerConfig;
  /**
   * `'int8'` quantizes each row of the input, and makes outputs before and after `deploy()`
   * bit-identical; `'none'` multiplies floats. Default: `'int8'`.
   */
  inputQuantizer?: InputQuantizerName;
  /** Lower bound of scales and of a row's largest magnitude. Default: 1e-5. */
  eps?: number;
}

/** 127 / eps must stay finite in float32, with room to spare. */
const SMALLEST_EPS = 1e-30;

export const EPS = { ...numberFrom(SMALLEST_EPS), default: 1e-5 } as const;

export const INPUT_QUANTIZER: Option<InputQuantizerName> & { default: InputQuantizerName } = {
  ...oneOf(INPUT_QUANTIZER_NAMES),
  default: 'int8',
};

export const QUANTIZATION_OPTIONS = {
  kernelQuantizer: {
    expected: 'a name or {name, ...options}',
    holds: isKernelQuantizer,
    default: 'bitnet',
  },
  inputQuantizer: INPUT_QUANTIZER,
  eps: EPS,
} as const satisfies OptionTable<QuantizationOptions>;

/** Checks the form alone: the registry checks whether the rule exists and has these options. */
function isKernelQuantizer(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  const { name } = (value ?? {}) as { name?: unknown };
  return typeof value === 'object' && typeof name === 'string' && name !== '';
}
