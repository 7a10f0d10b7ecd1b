import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { CompositeLayer } from '../layers/composite_layer';
import { inputTensors, type LayerNode } from '../tfjs/layer_nodes';
import type { LayerSite } from './layer_sites';

/**
 * The tensors of the model that a layer takes at one of its uses: none if it is inside a layer that is made of layers,
 * and takes what others in it made.
 */
export function siteInputs({ layer, applied }: LayerSite, node: LayerNode): SymbolicTensor[] {
  const inputs = inputTensors(node);
  if (!(applied instanceof CompositeLayer)) return inputs;
  const taken = applied.innerInputs(inputs, ({ shape }) => shape);
  const own = taken[applied.innerLayers.indexOf(layer)];
  return own == null ? [] : [own];
}
