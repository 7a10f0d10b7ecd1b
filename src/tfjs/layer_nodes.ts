import type { layers, Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';

/*
 * Relies on the nodes that a layer gets each time it is applied, and on `nodeIndex` of the tensors made
 * there. tfjs types the shapes of a node as one shape or one list, but has one shape for a single tensor
 * and a list of shapes for several; and the node of an input layer, which comes from nothing, names its
 * own tensor as input and only leaves `inboundLayers` empty.
 */

type Node = layers.Layer['inboundNodes'][number];

/** The shape of what a layer gives at each of its uses; the first one where it gives several. */
export function outputShapes(layer: layers.Layer): Shape[] {
  return layer.inboundNodes.map((node) => firstShape(node.outputShapes));
}

/** The shape of what a layer takes at each of its uses; the first one where it takes several. */
export function inputShapes(layer: layers.Layer): Shape[] {
  return layer.inboundNodes.map((node) => firstShape(node.inputShapes));
}

/** What a layer takes, over all of its uses; nothing for an input layer. */
export function inputTensors(layer: layers.Layer): SymbolicTensor[] {
  return layer.inboundNodes.flatMap(tensorsInto);
}

/** What the layer that made a tensor took in the use that made it; nothing for an input layer. */
export function tensorsBefore({ sourceLayer, nodeIndex }: SymbolicTensor): SymbolicTensor[] {
  return tensorsInto(sourceLayer.inboundNodes[nodeIndex]!);
}

function tensorsInto({ inboundLayers, inputTensors }: Node): SymbolicTensor[] {
  return inboundLayers.length === 0 ? [] : inputTensors;
}

type NodeShapes = Shape | Shape[];

function firstShape(shapes: NodeShapes): Shape {
  return (Array.isArray(shapes[0]) ? shapes[0] : shapes) as Shape;
}
