import type { serialization } from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';

/*
 * Relies on the fourth argument of a model's `fromConfig`, `fastWeightInit`: weights start as zeros instead
 * of the values of their initializers, which saves time. tfjs passes it when it loads a model, but does not
 * pass it on to a model in a wrapper. It also relies on `fromConfig` of a model's constructor, which may be
 * a class of the user.
 */

/** A model of the same class as another. Its weights must still be set. */
export function modelFromConfig<Model extends LayersModel>(
  like: Model,
  config: serialization.ConfigDict,
): Model {
  const modelClass = like.constructor as typeof LayersModel;
  const cls = modelClass as unknown as serialization.SerializableConstructor<Model>;
  const fastWeightInit = true;
  return modelClass.fromConfig(cls, config, {}, fastWeightInit);
}
