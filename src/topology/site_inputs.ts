import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { CompositeLayer } from '../layers/composite_layer';
import { inputTensors, type LayerNode } from '../tfjs/layer_nodes';
import type { LayerSite } from './layer_sites';

/**
 * The tensors of the model that a layer takes at one of its uses: none if it is inside a layer that is made of layers,
 * and takes what others in it made.
 */
export function siteInputs(site: LayerSite, node: LayerNode): SymbolicTensor[] {
  const { layer, applied, within } = site;
  const inputs = inputTensors(node);
  if (!(applied instanceof CompositeLayer)) return inputs;
  return within.reduce((given, composite, i) => {
    const inner = within[i + 1] ?? layer;
    return given.length === 0 ? [] : takenFrom(given, composite, inner);
  }, inputs);
}

function takenFrom(
  inputs: SymbolicTensor[],
  composite: CompositeLayer,
  inner: layers.Layer,
): SymbolicTensor[] {
  const taken = composite.innerInputs(inputs, ({ shape }) => shape);
  const own = taken[composite.innerLayers.indexOf(inner)];
  return own == null ? [] : [own];
}
