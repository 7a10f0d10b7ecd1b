import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkBlend } from '../layers/ternary/blend';
import { checkModel } from '../topology/layer_tree';
import { trainableSites } from './trainable_sites';

/**
 * Sets how much of the quantization is in force in every ternary layer of a model that is not
 * deployed, nested models and wrappers included; a compiled model stays compiled. For a training loop
 * of your own; `quantizationSchedule` does it in `fit`.
 *
 * ```js
 * setBlend(model, 0); // computes as with Dense layers
 * setBlend(model, 1); // ternary again, and ready for `deploy`
 * ```
 *
 * @param blend from 0 (a Dense layer) to 1 (ternary); see `BitLinear.blend`.
 * @throws if `model` is not a LayersModel or has no ternary layer to set, or `blend` is not in [0, 1];
 * nothing has changed then.
 */
export function setBlend(model: LayersModel, blend: number): void {
  checkModel(model, 'setBlend');
  checkBlend(blend, 'setBlend');
  for (const { kernel } of trainableSites(model, 'setBlend')) kernel.blend = blend;
}
