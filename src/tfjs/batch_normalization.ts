import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayerVariable } from '@tensorflow/tfjs-layers';

/** The arguments of `tf.layers.batchNormalization`. */
export type BatchNormalizationArgs = NonNullable<Parameters<typeof layers.batchNormalization>[0]>;

/*
 * Relies on the class BatchNormalization, which tfjs-layers does not export: it is taken from a layer. tfjs types its
 * fields as private. `build` makes `gamma` (with `scale`), `beta` (with `center`), `movingMean` and `movingVariance`,
 * each [channels]. `call` uses the statistics of the batch if `kwargs.training` is true, and the moving ones otherwise.
 */

/** The part of tfjs's BatchNormalization that is used. */
export declare class BatchNormalizationLayer extends layers.Layer {
  static readonly className: string;
  constructor(args?: BatchNormalizationArgs);
  readonly axis: number;
  readonly epsilon: number;
  readonly gamma: LayerVariable | undefined;
  readonly beta: LayerVariable | undefined;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
  override call(
    inputs: Tensor | Tensor[],
    kwargs: Parameters<layers.Layer['call']>[1],
  ): Tensor | Tensor[];
}

// A given name keeps this layer from using up the automatic name "batch_normalization_BatchNormalization1".
export const BatchNormalization = layers.batchNormalization({ name: 'probe' })
  .constructor as typeof BatchNormalizationLayer;
