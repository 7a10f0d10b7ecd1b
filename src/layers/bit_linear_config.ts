import { argumentError } from '../errors';
import { LAYOUT } from '../packing/int2';
import type { InputQuantizer } from '../ops/trainable_mat_mul';
import type { KernelQuantizerConfig } from '../quantizers/kernel/registry';
import type { DenseArgs } from '../tfjs/dense';

/** The arguments of `tf.layers.dense`, and how to quantize. */
export interface BitLinearArgs extends DenseArgs {
  /**
   * The rule that makes the kernel ternary: `'bitnet'`, `'twn'`, `'lsq'`, `'paretoq'`, one added by
   * `registerQuantizer`, or `{name, ...options}`. Default: `'bitnet'`.
   */
  kernelQuantizer?: string | KernelQuantizerConfig;
  /**
   * `'int8'` quantizes each row of the input, and makes outputs before and after `deploy()`
   * bit-identical; `'none'` multiplies floats. Default: `'int8'`.
   */
  inputQuantizer?: InputQuantizer;
  /** Lower bound of scales and of a row's largest magnitude. Default: 1e-5. */
  eps?: number;
  /**
   * How much of the quantization is in force, from 0 (a Dense layer) to 1 (ternary): for progressive
   * quantization, where `quantizationSchedule` moves it. Default: 1.
   */
  blend?: number;
}

/** The arguments that may differ from those of the Dense layer: all but what its weights decide. */
export type FromDenseOptions = Partial<Omit<BitLinearArgs, 'units' | 'useBias'>>;

/** What `getConfig` adds for a deployed layer. */
export interface BitLinearConfig extends BitLinearArgs {
  deployed?: boolean;
  layout?: string;
  /** Whether `scale` is [units] rather than [1]. */
  perOutputScale?: boolean;
}

export function layerLabel(name: string | undefined): string {
  return name == null ? 'BitLinear' : `BitLinear layer "${name}"`;
}

/** @throws naming the first argument that is wrong, and the layer if it has a name. */
export function checkConfig(config: BitLinearConfig): BitLinearConfig {
  if (typeof config !== 'object' || config === null) {
    throw argumentError('bitLinear', 'args', 'an object, {units, ...}', config);
  }
  const { units, inputQuantizer = 'int8', eps = 1e-5, blend = 1 } = config;
  const fail = (argument: string, expected: string, actual: unknown) => {
    throw argumentError(layerLabel(config.name), argument, expected, actual);
  };
  if (!Number.isInteger(units) || units < 1) fail('units', 'a positive integer', units);
  if (inputQuantizer !== 'int8' && inputQuantizer !== 'none') {
    fail('inputQuantizer', "'int8' or 'none'", inputQuantizer);
  }
  // 127 / eps must stay finite in float32, with room to spare.
  if (!(eps >= 1e-30 && eps < Infinity)) fail('eps', 'a finite number of at least 1e-30', eps);
  checkBlend(blend, layerLabel(config.name));
  for (const argument of ['kernelConstraint', 'biasConstraint'] as const) {
    if (config[argument] != null) {
      const reason = 'null (tfjs does not apply constraints in fit, so none would be kept)';
      fail(argument, reason, config[argument]);
    }
  }
  if (config.deployed && blend !== 1) fail('blend', '1 in a deployed layer', blend);
  if (config.deployed && config.layout !== LAYOUT) fail('layout', `'${LAYOUT}'`, config.layout);
  return config;
}

/** @throws naming `where` if `blend` is not a number from 0 to 1. */
export function checkBlend(blend: number, where: string): void {
  if (typeof blend === 'number' && blend >= 0 && blend <= 1) return;
  throw argumentError(where, 'blend', 'a number from 0 to 1', blend);
}
