import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayerVariable } from '@tensorflow/tfjs-layers';
import { TWO_COPIES } from '../errors';
import { registeredClass } from './registered_classes';

/** The arguments of `tf.layers.dense`. */
export type DenseArgs = Parameters<typeof layers.dense>[0];

/*
 * Relies on the class Dense, which tfjs-layers does not export: it is taken from a layer. tfjs types its
 * fields in no public place. `build` makes `kernel` and, with `useBias`, `bias` with `addWeight`. `call`
 * multiplies by the kernel, adds the bias and applies `activation`. `apply` calls
 * `assertInputCompatibility` before `build`, and calls `build` in the layer's name scope. `dispose` calls
 * `disposeWeights` when it frees the layer.
 */

/** The part of tfjs's Dense that BitLinear uses. */
export declare class DenseLayer extends layers.Layer {
  static readonly className: string;
  constructor(args: DenseArgs);
  readonly units: number;
  readonly useBias: boolean;
  kernel: LayerVariable | null;
  bias: LayerVariable | null;
  readonly activation: { apply(x: Tensor): Tensor; getClassName(): string };
  /** The other arguments: shape, dtype, initializer, regularizer, trainable, constraint. */
  protected addWeight(name: string, ...rest: unknown[]): LayerVariable;
}

// A given name keeps this layer from using up the automatic name "dense_Dense1".
export const Dense = layers.dense({ units: 1, name: 'probe' }).constructor as typeof DenseLayer;

if (registeredClass('Dense') !== Dense) throw new Error(TWO_COPIES);
