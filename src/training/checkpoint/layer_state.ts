import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { InputQuantizer } from '../../ops/trainable_mat_mul';
import type { KernelQuantizerConfig } from '../../quantizers/kernel/registry';
import { bitLinearSites } from '../../topology/bit_linear_sites';
import { checkCount, otherThanSaved } from './other_than_saved';

/** What a BitLinear layer computes by, beside its weights. */
export interface LayerState {
  readonly blend: number;
  readonly quantization: {
    readonly kernelQuantizer: KernelQuantizerConfig;
    readonly inputQuantizer: InputQuantizer;
    readonly eps: number;
  };
}

/** The state of each BitLinear layer, in the model's order. */
export function layerStates(model: LayersModel): LayerState[] {
  return bitLinearSites(model).map(({ layer }) => {
    const { blend, kernelQuantizer, inputQuantizer, eps } = layer;
    return { blend, quantization: { kernelQuantizer, inputQuantizer, eps } };
  });
}

/**
 * Weights of one quantizer often fit the layers of another, which would train on with another net.
 * @throws if the model has another number of BitLinear layers, or one that quantizes otherwise.
 */
export function checkLayerStates(model: LayersModel, saved: LayerState[]): void {
  const sites = bitLinearSites(model);
  checkCount('number of BitLinear layers', saved.length, sites.length);
  for (const [i, { quantization }] of layerStates(model).entries()) {
    const expected = saved[i]!.quantization;
    if (JSON.stringify(quantization) === JSON.stringify(expected)) continue;
    throw otherThanSaved(`quantization of layer "${sites[i]!.path}"`, expected, quantization);
  }
}

/** Sets the blends; the rest is as saved once `checkLayerStates` has passed. */
export function restoreLayerStates(model: LayersModel, saved: LayerState[]): void {
  bitLinearSites(model).forEach(({ layer }, i) => (layer.blend = saved[i]!.blend));
}
