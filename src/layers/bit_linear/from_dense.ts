import type { layers } from '@tensorflow/tfjs-layers';
import { argumentError, TWO_COPIES } from '../../errors';
import { definedIn, readOptions, type OptionTable } from '../../options/option_table';
import { Dense, type DenseArgs, type DenseLayer } from '../../tfjs/dense';
import { BIT_LINEAR_OPTIONS, type BitLinearOptions } from './options';

/** The options that may differ from those of the Dense layer: all except those that its weights decide. */
export type FromDenseOptions = Partial<Omit<BitLinearOptions, 'units' | 'useBias'>>;

const { units: _units, useBias: _useBias, ...table } = BIT_LINEAR_OPTIONS;
export const FROM_DENSE_OPTIONS = table satisfies OptionTable<FromDenseOptions>;

/**
 * The options of the BitLinear layer that a Dense layer becomes.
 * @throws if `dense` is not of tfjs's own class Dense, or if an option is unknown or wrong.
 */
export function readDenseOptions(dense: layers.Layer, options: FromDenseOptions): BitLinearOptions {
  const where = 'BitLinear.fromDense';
  if (!isDense(dense)) {
    const actual = (dense as layers.Layer | undefined)?.getClassName?.() ?? dense;
    if (actual === 'Dense') throw new Error(`${where}: ${TWO_COPIES}`);
    throw argumentError(where, 'dense', 'a tf.layers.dense layer', actual);
  }
  readOptions(where, options, FROM_DENSE_OPTIONS);
  return { ...(dense.getConfig() as unknown as DenseArgs), ...definedIn(options) };
}

function isDense(layer: layers.Layer | undefined): layer is DenseLayer {
  return layer?.constructor === Dense;
}
