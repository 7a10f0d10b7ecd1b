import { argumentError } from '../../errors';
import { anyBoolean, nonEmptyString } from '../../options/check';
import type { OptionTable } from '../../options/option_table';
import { LAYOUT, packedShape } from '../../packing/int2';

/** A ternary kernel in the form that a deployed layer holds. */
export interface PackedWeights {
  /** Words of the layout `int2`, [units, words per output]. */
  readonly packed: Int32Array;
  /** One scale, or one for each output. */
  readonly scale: Float32Array;
}

/** The entries that the config of a deployed layer has in addition to that of a trainable one. */
export interface DeployedConfig {
  /** Whether the layer holds packed weights. Default: false. */
  readonly deployed: boolean;
  /** How the words are packed. */
  readonly layout: string;
  /** Whether `scale` is [units] rather than [1]. Default: false. */
  readonly perOutput: boolean;
}

export function deployedConfig(perOutput: boolean): DeployedConfig {
  return { deployed: true, layout: LAYOUT, perOutput };
}

/** What a saved config has beside the options of its layer. */
export const DEPLOYED_CONFIG = {
  deployed: { ...anyBoolean, default: false },
  layout: nonEmptyString,
  perOutput: { ...anyBoolean, default: false },
} as const satisfies OptionTable<DeployedConfig>;

/** @throws if a config of a deployed layer has another layout than this version reads, or a blend. */
export function checkDeployed(
  { deployed, layout, blend }: Partial<DeployedConfig> & { blend?: number },
  label: string,
): void {
  if (!deployed) return;
  checkLayout(layout, label);
  if (blend !== 1) throw argumentError(label, 'blend', '1 in a deployed layer', blend);
}

/** @throws an error that names `where` if packed words have a layout that this version does not read. */
function checkLayout(layout: unknown, where: string): void {
  if (layout !== LAYOUT) throw argumentError(where, 'layout', `'${LAYOUT}'`, layout);
}

/** @throws an error that names `where` if a scale is not positive and finite, as those of all rules are. */
export function checkScales(scales: Float32Array, where: string): void {
  const wrong = scales.findIndex((scale) => !(scale > 0 && scale < Infinity));
  if (wrong === -1) return;
  const expected = `positive and finite everywhere (see its value at index ${wrong})`;
  throw argumentError(where, 'scale', expected, scales[wrong]);
}

/** Bytes of the packed words of a kernel and of its scales. */
export function packedBytes(inFeatures: number, units: number, scales: number): number {
  const [rows, wordsPerRow] = packedShape(inFeatures, units);
  return 4 * (rows * wordsPerRow + scales);
}
