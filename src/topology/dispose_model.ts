import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isDisposed } from '../tfjs/layer_variable';
import { refCount } from '../tfjs/ref_count';
import { checkModel } from './check_model';
import { layerSites } from './layer_sites';

/**
 * Frees a model with all its weights. tfjs's own `model.dispose()` keeps the weights of layers and nested
 * models that are applied several times. This function frees them too, also after `model.dispose()`. Other
 * models that use the same layers lose these weights.
 *
 * ```js
 * const converted = convert(model);
 * disposeModel(converted);
 * ```
 *
 * @throws if `model` is not a LayersModel.
 */
export function disposeModel(model: LayersModel): void {
  checkModel(model, 'disposeModel');
  const sites = [...layerSites(model)];
  if (refCount(model) > 0) model.dispose();
  for (const { applied } of sites) {
    // The weights of a wrapped model were freed together with the wrapper.
    while (refCount(applied) > 0 && !applied.weights.some(isDisposed)) applied.dispose();
  }
}
