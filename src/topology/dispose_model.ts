import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { checkModel } from './check_model';
import { layerSites } from './layer_sites';

/**
 * Frees a model with all its weights. tfjs's own `model.dispose()` keeps those of layers and nested
 * models that are applied several times; this frees them too, also after `model.dispose()`. Other
 * models that use the same layers lose them.
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
  if (uses(model) > 0) model.dispose();
  for (const { applied } of sites) {
    while (uses(applied) > 0 && !applied.weights.some(isDisposed)) applied.dispose();
  }
}

/** tfjs frees weights when this count comes to 0, and throws on another call after that. */
function uses(layer: object): number {
  return (layer as { _refCount: number | null })._refCount ?? 0;
}

/** The weights of a wrapped model have gone with the wrapper. */
function isDisposed(weight: LayerVariable): boolean {
  return (weight as unknown as { val: Tensor }).val.isDisposed;
}
