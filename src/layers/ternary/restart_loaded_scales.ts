import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { afterLoadingWeights } from '../../tfjs/loading_weights';
import { ternarySites } from '../../topology/ternary_sites';

/**
 * Weights of a float net, loaded by name into a ternary one (`strict: false`), have no learned scales. Each
 * scale then starts from the kernel that was loaded, as it does in `setWeights`; its earlier start belongs to
 * another kernel. Scales that are loaded stay.
 */
function restartScales(model: LayersModel, loaded: ReadonlySet<LayerVariable>): void {
  for (const { layer } of ternarySites(model)) {
    const { ternaryKernel: kernel } = layer;
    if (kernel.deployed || kernel.learnedScale == null) continue;
    if (loaded.has(kernel.variable) && !loaded.has(kernel.learnedScale)) kernel.restartScale();
  }
}

afterLoadingWeights(restartScales);
