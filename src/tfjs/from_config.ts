import type { serialization } from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';

/*
 * Relies on the fourth argument of a model's `fromConfig`, `fastWeightInit`: weights start as zeros
 * instead of what their initializers give. tfjs passes it where it loads a model. The class of a model
 * is that of the user's, so `fromConfig` is called on its constructor, whose type tfjs does not know.
 */

/** A model of the same class as another, with weights that are still to be set: they are zeros. */
export function modelFromConfig<Model extends LayersModel>(
  like: Model,
  config: serialization.ConfigDict,
): Model {
  const modelClass = like.constructor as typeof LayersModel;
  const cls = modelClass as unknown as serialization.SerializableConstructor<Model>;
  const fastWeightInit = true;
  return modelClass.fromConfig(cls, config, {}, fastWeightInit);
}
