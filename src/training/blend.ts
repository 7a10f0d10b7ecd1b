import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkBlend } from '../layers/ternary/blend';
import { checkModel } from '../topology/check_model';
import { trainableSites } from './trainable_sites';

/**
 * Sets the share of the quantization that is in force in every ternary layer of a model that is not
 * deployed, including nested models and wrappers. A compiled model stays compiled. Use it in a training
 * loop of your own; `quantizationSchedule` does the same in `fit`.
 *
 * ```js
 * setBlend(model, 0); // computes as with Dense layers
 * setBlend(model, 1); // ternary again, and ready for `deploy`
 * ```
 *
 * @param blend from 0 (a Dense layer) to 1 (ternary); see `BitLinear.blend`.
 * @throws if `model` is not a LayersModel or has no ternary layer to set, or if `blend` is not in [0, 1].
 * In these cases nothing has changed.
 */
export function setBlend(model: LayersModel, blend: number): void {
  checkModel(model, 'setBlend');
  checkBlend(blend, 'setBlend');
  for (const { kernel } of trainableSites(model, 'setBlend')) kernel.blend = blend;
}
