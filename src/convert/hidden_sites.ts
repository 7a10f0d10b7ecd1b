import type { layers } from '@tensorflow/tfjs-layers';
import { hiddenLayers } from '../topology/hidden_layers';
import type { LayerSite } from '../topology/layer_sites';

/** A layer in a field of another layer, and why `convert` keeps it. */
interface HiddenSite {
  readonly site: LayerSite;
  readonly reason: string;
}

/**
 * The layers of a class, and of classes that extend it, in the fields of another layer. Only that layer knows what it
 * does with them.
 */
export function hiddenSites(
  { layer, path, runs }: LayerSite,
  layerClass: typeof layers.Layer,
): HiddenSite[] {
  const hidden = hiddenLayers(layer).filter((inner) => inner instanceof layerClass);
  return hidden.map((inner) => ({
    site: {
      layer: inner,
      path: `${path}/${inner.name}`,
      applied: inner,
      within: [],
      nodes: [],
      runs,
    },
    reason: `inside "${path}" of class ${layer.getClassName()}`,
  }));
}
