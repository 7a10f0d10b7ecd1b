import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { InputQuantizerName } from '../../quantizers/input/registry';
import type { KernelQuantizerConfig } from '../../quantizers/kernel/config';
import { LatentKernel } from './latent_kernel';
import { PackedKernel } from './packed_kernel';

/**
 * A layer with ternary weights, as the rest of the package sees it: deploy, verify, summary, metrics,
 * schedules, checkpoints and advice know this interface and no class.
 *
 * What a class must keep:
 * - `ternaryKernel` is there from the constructor on, and is the packed one where the config says
 *   `deployed: true`.
 * - `getConfig()` includes that of `ternaryKernel`; a config with `deployedConfig(...)` in it makes the
 *   deployed layer.
 * - A deployed layer's weights are `packed` and `scale`, then those that are not the kernel's own, in the
 *   order in which the trainable layer has them.
 */
export interface TernaryLayer extends layers.Layer {
  readonly ternaryKernel: LatentKernel | PackedKernel;
  /** Kept for information once the layer is deployed. */
  readonly kernelQuantizer: Readonly<KernelQuantizerConfig>;
  readonly inputQuantizer: InputQuantizerName;
  readonly eps: number;
}

export function isTernaryLayer(layer: layers.Layer): layer is TernaryLayer {
  const { ternaryKernel } = layer as Partial<TernaryLayer>;
  return ternaryKernel instanceof LatentKernel || ternaryKernel instanceof PackedKernel;
}

/** The weights that are not the kernel's own: a bias, say. */
export function otherWeights({ weights, ternaryKernel }: TernaryLayer): Tensor[] {
  const own = new Set(ternaryKernel.weights);
  return weights.filter((weight) => !own.has(weight)).map((weight) => weight.read());
}
