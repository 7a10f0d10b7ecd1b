import { argumentError } from '../../errors';
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

/** @throws an error that names `where` if packed words have a layout that this version does not read. */
export function checkLayout(layout: unknown, where: string): void {
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
