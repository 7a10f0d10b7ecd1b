import type { LayersModel } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import type { InputQuantizerName } from '../../quantizers/input/registry';
import { currentQuantizerConfig, type KernelQuantizerConfig } from '../../quantizers/kernel/config';
import { withDefaults } from '../../quantizers/kernel/registry';
import { ternarySites } from '../../topology/ternary_sites';
import { canonicalJson } from './digest';
import { checkCount, otherThanSaved } from './other_than_saved';

/** The settings by which a ternary layer computes, in addition to its weights. */
export interface LayerState {
  readonly blend: number;
  readonly quantization: Quantization;
}

interface Quantization {
  readonly kernelQuantizer: KernelQuantizerConfig;
  readonly inputQuantizer: InputQuantizerName;
  readonly eps: number;
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
export function checkLayerStates(where: string, model: LayersModel, saved: LayerState[]): void {
  const sites = ternarySites(model);
  checkCount(where, 'number of ternary layers', saved.length, sites.length);
  for (const [i, { quantization }] of layerStates(model).entries()) {
    const { layer, path } = sites[i]!;
    const [actual, expected] = [quantization, saved[i]!.quantization].map((settings) =>
      complete(settings, where),
    );
    if (canonicalJson(actual) !== canonicalJson(expected)) {
      throw otherThanSaved(where, `quantization of layer "${path}"`, expected, actual);
    }
    if (!layer.ternaryKernel.deployed || saved[i]!.blend === 1) continue;
    const argument = `blend of layer "${path}"`;
    throw argumentError(where, argument, '1, as the layer is deployed', saved[i]!.blend);
  }
}

/** In the names of this version, with the options that the version which saved them did not have. */
function complete({ kernelQuantizer, ...rest }: Quantization, where: string): Quantization {
  const current = currentQuantizerConfig(kernelQuantizer);
  return { kernelQuantizer: withDefaults(current, where), ...rest };
}

/** Sets the blends. The other settings are already as saved if `checkLayerStates` has passed. */
export function restoreLayerStates(model: LayersModel, saved: LayerState[]): void {
  ternarySites(model).forEach(({ layer }, i) => {
    layer.ternaryKernel.blend = saved[i]!.blend;
  });
}
