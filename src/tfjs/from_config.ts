import type { serialization } from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';

/*
 * Relies on the fourth argument of a model's `fromConfig`, `fastWeightInit`: weights start as zeros
 * instead of what their initializers give, which saves time; tfjs passes it where it loads a model, but
 * not on to a model in a wrapper. And on the constructor of a model, which may be a class of the user's,
 * having `fromConfig`.
 */

/** A model of the same class as another, whose weights are still to be set. */
export function modelFromConfig<Model extends LayersModel>(
  like: Model,
  config: serialization.ConfigDict,
): Model {
  const modelClass = like.constructor as typeof LayersModel;
  const cls = modelClass as unknown as serialization.SerializableConstructor<Model>;
  const fastWeightInit = true;
  return modelClass.fromConfig(cls, config, {}, fastWeightInit);
}
