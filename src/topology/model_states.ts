import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel, RNN } from '@tensorflow/tfjs-layers';
import { hasStates, readStates, restoreStates } from '../tfjs/layer_states';
import { hiddenLayers } from './hidden_layers';
import { layerSites } from './layer_sites';

/** The layers that keep states between calls, also those in nested models, in wrappers and in other layers. */
export function statefulLayers(model: LayersModel): RNN[] {
  const all = [...layerSites(model)].flatMap(({ layer }) => [layer, ...hiddenLayers(layer)]);
  return [...new Set(all)].filter(hasStates);
}

/**
 * Runs `compute` on models whose stateful layers start from zeros. Afterwards they have the states again that
 * they had before, also where `compute` throws.
 */
export async function fromZeroStates<Result>(
  models: LayersModel[],
  compute: () => Promise<Result>,
): Promise<Result> {
  const layers = models.flatMap(statefulLayers);
  const before = layers.map(readStates);
  for (const layer of layers) layer.resetStates();
  try {
    return await compute();
  } finally {
    for (const [i, layer] of layers.entries()) restoreStates(layer, before[i]!);
    dispose(before);
  }
}
