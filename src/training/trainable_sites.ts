import type { LayersModel } from '@tensorflow/tfjs-layers';
import { bitLinearSites } from '../topology/bit_linear_sites';

/**
 * The BitLinear layers that are not deployed.
 * @throws naming `where` if there is none. The model's name is left out: tfjs gives callbacks the inner
 * model of a Sequential, whose name its user has never seen.
 */
export function trainableSites(
  model: LayersModel,
  where: string,
): ReturnType<typeof bitLinearSites> {
  const sites = bitLinearSites(model);
  const trainable = sites.filter(({ layer }) => !layer.deployed);
  if (trainable.length > 0) return trainable;
  const remedy =
    sites.length > 0
      ? 'Give the model that was deployed.'
      : 'Make it ternary with convert(model), or use bitLinear layers.';
  throw new Error(`${where}: the model has no BitLinear layer that is not deployed. ${remedy}`);
}
