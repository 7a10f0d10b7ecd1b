import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayerVariable } from '@tensorflow/tfjs-layers';
import { TWO_COPIES } from '../errors';

/** The arguments of `tf.layers.dense`. */
export type DenseArgs = Parameters<typeof layers.dense>[0];

/** tfjs-layers does not export its Dense class. This is the part of it that BitLinear builds on. */
export declare class DenseLayer extends layers.Layer {
  static readonly className: string;
  constructor(args: DenseArgs);
  readonly units: number;
  readonly useBias: boolean;
  kernel: LayerVariable | null;
  bias: LayerVariable | null;
  readonly activation: { apply(x: Tensor): Tensor; getClassName(): string };
  /** The rest: shape, dtype, initializer, regularizer, trainable, constraint. */
  protected addWeight(name: string, ...rest: unknown[]): LayerVariable;
}

// A given name keeps this probe from using up the automatic name "dense_Dense1".
export const Dense = layers.dense({ units: 1, name: 'probe' }).constructor as typeof DenseLayer;

const { classNameMap } = serialization.SerializationMap.getMap();
if ((classNameMap['Dense']?.[0] as unknown) !== Dense) throw new Error(TWO_COPIES);
