import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { InputQuantizerName } from '../../quantizers/input/registry';
import type { KernelQuantizerConfig } from '../../quantizers/kernel/config';
import { LatentKernel } from './latent_kernel';
import { PackedKernel } from './packed_kernel';

/**
 * A layer with ternary weights, as the rest of the package sees it: `deploy`, `verify`, `summary`, the
 * metrics, the schedules, the checkpoints and `recommend` use this interface and no class.
 *
 * A class must keep these rules:
 * - `ternaryKernel` exists from the constructor on, and is the packed one if the config says
 *   `deployed: true`.
 * - `getConfig()` includes the config of `ternaryKernel`. A config with `deployedConfig(...)` in it makes
 *   the deployed layer.
 * - The weights of a deployed layer are `packed` and `scale`, and then those that are not the kernel's own,
 *   in the order in which the trainable layer has them.
 * - `disposeWeights()` calls `ternaryKernel.release()`, which frees what backends hold beside the words.
 */
export interface TernaryLayer extends layers.Layer {
  readonly ternaryKernel: LatentKernel | PackedKernel;
  /** Remains as information after the layer is deployed. */
  readonly kernelQuantizer: Readonly<KernelQuantizerConfig>;
  readonly inputQuantizer: InputQuantizerName;
  readonly eps: number;
}

/** What is true of every class of ternary layers; no `implements`, as the interface is not public. */
export type TernaryLayerClass = new (options: never) => TernaryLayer;

export function isTernaryLayer(layer: layers.Layer): layer is TernaryLayer {
  const { ternaryKernel } = layer as Partial<TernaryLayer>;
  return ternaryKernel instanceof LatentKernel || ternaryKernel instanceof PackedKernel;
}

/** The weights that are not the kernel's own, such as a bias. */
export function otherWeights({ weights, ternaryKernel }: TernaryLayer): Tensor[] {
  const own = new Set(ternaryKernel.weights);
  return weights.filter((weight) => !own.has(weight)).map((weight) => weight.read());
}
