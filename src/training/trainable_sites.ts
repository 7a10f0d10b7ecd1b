import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LatentKernel } from '../layers/ternary/latent_kernel';
import type { TernaryLayer } from '../layers/ternary/ternary_layer';
import { ternarySites } from '../topology/ternary_sites';

/** A ternary layer that is not deployed. */
export interface TrainableSite {
  readonly layer: TernaryLayer;
  readonly path: string;
  readonly kernel: LatentKernel;
}

/**
 * The ternary layers that are not deployed.
 * @throws an error that names `where` if there is no such layer. The error does not name the model: tfjs
 * gives callbacks the inner model of a Sequential, whose name its user has never seen.
 */
export function trainableSites(model: LayersModel, where: string): TrainableSite[] {
  const sites = ternarySites(model);
  const trainable = sites.flatMap(({ layer, path }) => {
    const { ternaryKernel: kernel } = layer;
    return kernel.deployed ? [] : [{ layer, path, kernel }];
  });
  if (trainable.length > 0) return trainable;
  const remedy =
    sites.length > 0
      ? 'Give the model that was deployed.'
      : 'Make it ternary with convert(model), or use bitLinear layers.';
  throw new Error(`${where}: the model has no ternary layer that is not deployed. ${remedy}`);
}
