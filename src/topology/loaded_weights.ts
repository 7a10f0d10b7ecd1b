import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { LatentKernel } from '../layers/ternary/latent_kernel';
import type { PackedKernel } from '../layers/ternary/packed_kernel';
import { afterLoadingWeights } from '../tfjs/loading_weights';
import { ternarySites } from './ternary_sites';

/** tfjs writes weights that have names, those of files too, past `setWeights` of their layers. */
function react(model: LayersModel, loaded: ReadonlySet<LayerVariable>): void {
  for (const { layer } of ternarySites(model)) {
    const { ternaryKernel: kernel } = layer;
    if (kernel.deployed) checkPacked(kernel, loaded);
    else restartScale(kernel, loaded);
  }
}

/** @throws if packed weights are damaged, before anyone gets the model that is being loaded. */
function checkPacked(kernel: PackedKernel, loaded: ReadonlySet<LayerVariable>): void {
  for (const weight of kernel.weights) {
    if (loaded.has(weight)) kernel.checkValue(weight, weight.read());
  }
}

/**
 * Weights of a float net, loaded by name into a ternary one (`strict: false`), have no learned scales. Each
 * scale then starts from the kernel that was loaded, as it does in `setWeights`; its earlier start belongs to
 * another kernel. Scales that are loaded stay.
 */
function restartScale(kernel: LatentKernel, loaded: ReadonlySet<LayerVariable>): void {
  if (kernel.learnedScale == null) return;
  if (loaded.has(kernel.variable) && !loaded.has(kernel.learnedScale)) kernel.restartScale();
}

afterLoadingWeights(react);
