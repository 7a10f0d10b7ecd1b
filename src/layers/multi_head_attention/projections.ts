import type { serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { registeredClass } from '../../tfjs/registered_classes';
import { BitLinear } from '../bit_linear/layer';
import type { MultiHeadAttentionOptions, SavedLayer } from './options';

/** Linear layers: to the queries, keys and values of all heads, and from all heads to the output. */
export type Projections = [
  query: layers.Layer,
  key: layers.Layer,
  value: layers.Layer,
  output: layers.Layer,
];

type Settings = Required<
  Pick<
    MultiHeadAttentionOptions,
    | 'numHeads'
    | 'keyDim'
    | 'valueDim'
    | 'useBias'
    | 'ternary'
    | 'kernelQuantizer'
    | 'inputQuantizer'
    | 'eps'
    | 'blend'
  >
>;

export function makeProjections(settings: Settings, outputDim: number): Projections {
  const { numHeads, keyDim, valueDim, useBias, ternary } = settings;
  const { kernelQuantizer, inputQuantizer, eps, blend } = settings;
  const make = (name: string, units: number) => {
    const dense = { name, units, useBias };
    return ternary
      ? new BitLinear({ ...dense, kernelQuantizer, inputQuantizer, eps, blend })
      : layers.dense(dense);
  };
  const [keys, values] = [numHeads * keyDim, numHeads * valueDim];
  return [make('query', keys), make('key', keys), make('value', values), make('output', outputDim)];
}

/** @throws an error that names the layer by `label`, if a class is not registered. */
export function savedProjections(saved: SavedLayer[], label: string): Projections {
  return saved.map(({ className, config }) => {
    const found = registeredClass(className) as
      serialization.SerializableConstructor<layers.Layer> | undefined;
    if (found == null) throw argumentError(label, 'layers', 'of registered classes', className);
    return found.fromConfig(found, config);
  }) as Projections;
}
