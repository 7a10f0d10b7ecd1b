import { anyBoolean, share } from '../../options/check';
import type { OptionTable } from '../../options/option_table';
import { currentQuantizerConfig } from '../../quantizers/kernel/config';
import { QUANTIZATION_OPTIONS, type QuantizationOptions } from '../../quantizers/options';
import type { DenseArgs } from '../../tfjs/dense';
import { labelOf } from '../layer_label';
import { DEPLOYED_CONFIG, type DeployedConfig } from '../ternary/packed_weights';
import { DENSE_OPTIONS } from '../tfjs_options';

/** The options of `tf.layers.dense`, and how to quantize. */
export interface BitLinearOptions extends DenseArgs, QuantizationOptions {
  /**
   * How much of the quantization is in force, from 0 (a Dense layer) to 1 (ternary): for progressive
   * quantization, where `quantizationSchedule` moves it. Default: 1.
   */
  blend?: number;
  /**
   * Whether the deployed layer skips blocks of 4 neighbouring inputs, from an index that is a multiple of 4 on, that are
   * all zero after quantization. It changes no output. It is for layers behind a `sparsityGate` of the scope `'block4'`:
   * `npm run bench:sparse` in the repository tells what it saves. Default: false.
   */
  skipZeroBlocks?: boolean;
}

/** What a saved config has beside the options. */
export type BitLinearConfig = BitLinearOptions & Partial<DeployedConfig>;

export const BIT_LINEAR_OPTIONS = {
  ...DENSE_OPTIONS,
  ...QUANTIZATION_OPTIONS,
  blend: { ...share, default: 1 },
  skipZeroBlocks: { ...anyBoolean, default: false },
} as const satisfies OptionTable<BitLinearOptions>;

export const BIT_LINEAR_CONFIG = {
  ...BIT_LINEAR_OPTIONS,
  ...DEPLOYED_CONFIG,
} as const satisfies OptionTable<BitLinearConfig>;

export function layerLabel(name: unknown): string {
  return labelOf('BitLinear', name);
}

type SavedConfig = BitLinearConfig & { perOutputScale?: boolean };

/** A saved config in the names of today: version 0.1.0 called `perOutput` `perOutputScale`. */
export function currentConfig(saved: object): BitLinearConfig {
  const { perOutputScale, ...config } = saved as SavedConfig;
  const { kernelQuantizer } = config;
  return {
    ...config,
    ...(perOutputScale != null && { perOutput: perOutputScale }),
    ...(kernelQuantizer != null && { kernelQuantizer: currentQuantizerConfig(kernelQuantizer) }),
  };
}
