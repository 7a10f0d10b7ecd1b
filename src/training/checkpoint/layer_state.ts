import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { InputQuantizerName } from '../../quantizers/input/registry';
import { currentQuantizerConfig, type KernelQuantizerConfig } from '../../quantizers/kernel/config';
import { ternarySites } from '../../topology/ternary_sites';
import { checkCount, otherThanSaved } from './other_than_saved';

/** The settings by which a ternary layer computes, in addition to its weights. */
export interface LayerState {
  readonly blend: number;
  readonly quantization: {
    readonly kernelQuantizer: KernelQuantizerConfig;
    readonly inputQuantizer: InputQuantizerName;
    readonly eps: number;
  };
}

/** The state of each ternary layer, in the model's order. */
export function layerStates(model: LayersModel): LayerState[] {
  return ternarySites(model).map(({ layer }) => {
    const { kernelQuantizer, inputQuantizer, eps, ternaryKernel } = layer;
    return { blend: ternaryKernel.blend, quantization: { kernelQuantizer, inputQuantizer, eps } };
  });
}

/**
 * The weights of one quantizer often fit the layers of another, which would then train a different net.
 * @throws if the model has another number of ternary layers, or one that quantizes differently.
 */
export function checkLayerStates(model: LayersModel, saved: LayerState[]): void {
  const sites = ternarySites(model);
  checkCount('number of ternary layers', saved.length, sites.length);
  for (const [i, { quantization }] of layerStates(model).entries()) {
    const { kernelQuantizer, ...rest } = saved[i]!.quantization;
    const expected = { kernelQuantizer: currentQuantizerConfig(kernelQuantizer), ...rest };
    if (JSON.stringify(quantization) === JSON.stringify(expected)) continue;
    throw otherThanSaved(`quantization of layer "${sites[i]!.path}"`, expected, quantization);
  }
}

/** Sets the blends. The other settings are already as saved if `checkLayerStates` has passed. */
export function restoreLayerStates(model: LayersModel, saved: LayerState[]): void {
  ternarySites(model).forEach(({ layer }, i) => {
    layer.ternaryKernel.blend = saved[i]!.blend;
  });
}
