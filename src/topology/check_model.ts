import { LayersModel } from '@tensorflow/tfjs-layers';
import { argumentError, TWO_COPIES } from '../errors';

/** @throws if `model` is not a LayersModel of this copy of tfjs-layers. */
export function checkModel(model: LayersModel, where: string, argument = 'model'): void {
  if (model instanceof LayersModel) return;
  const looksLikeOne = Array.isArray((model as LayersModel | undefined)?.layers);
  if (looksLikeOne) throw new Error(`${where}: ${TWO_COPIES}`);
  throw argumentError(where, argument, 'a tf.LayersModel', typeof model);
}
