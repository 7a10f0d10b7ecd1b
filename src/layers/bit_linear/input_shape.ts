import type { Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';

interface Limits {
  /** Inputs per output of the built layer. */
  readonly inFeatures: number | undefined;
  /** The limit of the input quantizer. */
  readonly maxInFeatures: number;
}

/**
 * The number of inputs per output of a product over the last axis.
 * @throws an error that names the layer by `label`, if the rank is below 2, or the last dimension is
 * unknown, differs from that of the built layer, or is too large for exact sums.
 */
export function checkInputShape(shape: Shape, limits: Limits, label: string): number {
  const inFeatures = shape[shape.length - 1];
  const check = (holds: boolean, expected: string) => {
    if (!holds) throw argumentError(label, 'input', expected, shape);
  };
  check(shape.length >= 2, 'of rank 2 or more, [..., in]');
  check(inFeatures != null && inFeatures > 0, 'of a known, positive last dimension');
  const { inFeatures: built, maxInFeatures } = limits;
  check(built == null || inFeatures === built, `of shape [..., ${built}]`);
  const most = `of at most ${maxInFeatures} features, for exact integer sums`;
  check((inFeatures ?? 0) <= maxInFeatures, most);
  return inFeatures ?? 0;
}
