import { layers } from '@tensorflow/tfjs-layers';
import { BitLinear } from '../bit_linear/layer';
import { RMSNormalization } from '../rms_normalization';
import type { MultiHeadAttentionOptions } from './options';

/**
 * Linear layers to the queries, keys and values of all heads; and what leads from all heads to the output: a linear
 * layer, which a normalization may precede.
 */
export type Projections = [
  query: layers.Layer,
  key: layers.Layer,
  value: layers.Layer,
  ...output: layers.Layer[],
];

type Settings = Required<
  Pick<
    MultiHeadAttentionOptions,
    | 'numHeads'
    | 'keyDim'
    | 'valueDim'
    | 'useBias'
    | 'subNormalization'
    | 'ternary'
    | 'kernelQuantizer'
    | 'inputQuantizer'
    | 'eps'
    | 'blend'
  >
>;

export function makeProjections(settings: Settings, outputDim: number): Projections {
  const { numHeads, keyDim, valueDim, useBias, subNormalization, ternary } = settings;
  const { kernelQuantizer, inputQuantizer, eps, blend } = settings;
  const make = (name: string, units: number) => {
    const dense = { name, units, useBias };
    return ternary
      ? new BitLinear({ ...dense, kernelQuantizer, inputQuantizer, eps, blend })
      : layers.dense(dense);
  };
  const [keys, values] = [numHeads * keyDim, numHeads * valueDim];
  return [
    make('query', keys),
    make('key', keys),
    make('value', values),
    ...(subNormalization ? [new RMSNormalization({ name: 'sub_normalization' })] : []),
    make('output', outputDim),
  ];
}
