import { argumentError } from '../../errors';
import { oneOf, type Check } from '../../options/check';
import type { OptionTable } from '../../options/option_table';
import type { GateScope } from '../../ops/sparsity_gate';
import { LAYER_OPTIONS, type LayerOptions } from '../tfjs_options';

export interface SparsityGateOptions extends LayerOptions {
  /** The share of entries that become 0, at least 0 and below 1. `setSparsity` changes it later. Default: 0. */
  sparsity?: number;
  /** What is ranked: see `sparsityGate`. Default: `'token'`. */
  scope?: GateScope;
}

export const SPARSITY: Check = {
  expected: 'a number of at least 0 and below 1',
  holds: (value) => typeof value === 'number' && value >= 0 && value < 1,
};

export const SPARSITY_GATE_OPTIONS = {
  sparsity: { ...SPARSITY, default: 0 },
  scope: { ...oneOf(['tensor', 'token', 'block4']), default: 'token' },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<SparsityGateOptions>;

/** @throws an error that names `where` if `sparsity` is not a number of at least 0 and below 1. */
export function checkSparsity(sparsity: unknown, where: string): void {
  if (!SPARSITY.holds(sparsity))
    throw argumentError(where, 'sparsity', SPARSITY.expected, sparsity);
}
