import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/*
 * Relies on `containerNodes`, the names of the nodes that belong to a model, and on their form
 * "LAYER_ib-INDEX", which `Container.nodeKey` makes. A layer's own list of nodes is no help: it has
 * those of other models too.
 */

/**
 * How often a model applies one of its layers. None where its nodes are not the model's: those of the
 * first model in a Sequential lead through its layers instead.
 */
export function usesIn(model: LayersModel, layer: layers.Layer): number {
  const nodes = [...model.containerNodes];
  return nodes.filter((node) => node.startsWith(`${layer.name}_ib-`)).length;
}
