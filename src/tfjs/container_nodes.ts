import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/*
 * Relies on `containerNodes`, the names of the nodes that belong to a model, and on their form
 * Relies on `containerNodes`, the names of the nodes that belong to a model, and on their form
 * "LAYER_ib-INDEX", which `Container.nodeKey` makes. A layer's own list of nodes does not help: it also
 * has the nodes of other models.

/**
 * How often a model applies one of its layers. The count is 0 if its nodes are not the model's: the nodes of
 * the first model in a Sequential lead through the layers of that model instead.
 */
export function usesIn(model: LayersModel, layer: layers.Layer): number {
  const nodes = [...model.containerNodes];
  return nodes.filter((node) => node.startsWith(`${layer.name}_ib-`)).length;
}
