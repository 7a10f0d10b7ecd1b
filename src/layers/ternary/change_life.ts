import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { replaceWeights } from '../../tfjs/layer_weights';
import type { LatentKernel } from './latent_kernel';
import type { PackedKernel } from './packed_kernel';
import type { TernaryLayer } from './ternary_layer';

/**
 * The latent kernel of a layer, for a method that needs one.
 * @throws an error that names the method if the layer is deployed, or not built.
 */
export function builtLatentKernel(
  { ternaryKernel, built }: Pick<TernaryLayer, 'ternaryKernel' | 'built'>,
  label: string,
  method: string,
): LatentKernel {
  if (ternaryKernel.deployed) {
    throw new Error(`${label}: ${method} needs a layer that is not deployed.`);
  }
  if (built) return ternaryKernel;
  throw new Error(`${label}: ${method} needs a built layer; apply it to an input first.`);
}

/** A ternary layer whose class is one of tfjs's with a kernel and, maybe, a bias. */
interface LayerWithBias extends TernaryLayer {
  kernel: LayerVariable | null;
  readonly bias: LayerVariable | null;
}

/**
 * Replaces the latent kernel of a layer by its packed form, with all weights of the layer.
 * @throws the errors of `LatentKernel.pack`. In these cases nothing has changed.
 */
export function packInPlace(layer: LayerWithBias, latent: LatentKernel): PackedKernel {
  const packed = latent.toPacked();
  replaceWeights(layer, [...packed.weights, ...(layer.bias == null ? [] : [layer.bias])]);
  latent.dispose();
  layer.kernel = null;
  return packed;
}
