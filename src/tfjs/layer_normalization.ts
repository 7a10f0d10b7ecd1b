import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayerVariable } from '@tensorflow/tfjs-layers';

/** The arguments of `tf.layers.layerNormalization`. */
export type LayerNormalizationArgs = NonNullable<Parameters<typeof layers.layerNormalization>[0]>;

/*
 * Relies on the class LayerNormalization, which tfjs-layers does not export: it is taken from a layer. tfjs types
 * its fields as private. `build` makes `gamma` (with `scale`) and `beta` (with `center`), and replaces `axis` by a
 * list of axes that count from the first. It writes into the list that it was given.
 */

/** The part of tfjs's LayerNormalization that is used. */
export declare class LayerNormalizationLayer extends layers.Layer {
  static readonly className: string;
  constructor(args?: LayerNormalizationArgs);
  readonly axis: number | number[];
  readonly epsilon: number;
  readonly gamma: LayerVariable | null | undefined;
  readonly beta: LayerVariable | null | undefined;
  override call(
    inputs: Tensor | Tensor[],
    kwargs: Parameters<layers.Layer['call']>[1],
  ): Tensor | Tensor[];
}

// A given name keeps this layer from using up the automatic name "layer_normalization_LayerNormalization1".
export const LayerNormalization = layers.layerNormalization({ name: 'probe' })
  .constructor as typeof LayerNormalizationLayer;
