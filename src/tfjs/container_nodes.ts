import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { nodeOf, tensorsBefore, type LayerNode } from './layer_nodes';

/*
 * A layer's own list of nodes also has the uses in other models: in those that share the layer, and in those
 * that it was taken from. The uses in one model are those that lead to its outputs. This relies on the first
 * node of a model, which is its own: it leads from the model's inputs to its outputs. (tfjs keeps the names of
 * these nodes in `containerNodes`, but a Sequential only has them once it has run.)
 */

/** How a model uses each of its layers: one node for each time that it applies the layer. */
export function nodesIn(model: LayersModel): Map<layers.Layer, LayerNode[]> {
  const nodes = new Map<layers.Layer, LayerNode[]>();
  const seen = new Set<LayerNode>();
  const waiting = [...model.outputs];
  for (let tensor = waiting.pop(); tensor != null; tensor = waiting.pop()) {
    const node = nodeOf(tensor);
    if (seen.has(node)) continue;
    seen.add(node);
    nodes.set(tensor.sourceLayer, [...(nodes.get(tensor.sourceLayer) ?? []), node]);
    waiting.push(...tensorsBefore(tensor));
  }
  for (const layer of model.layers) {
    // A Sequential does not apply a model that is its first layer, but goes through the layers in it.
    if (layer instanceof LayersModel && !nodes.has(layer))
      nodes.set(layer, [layer.inboundNodes[0]!]);
  }
  return nodes;
}
