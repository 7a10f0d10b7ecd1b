import type { layers, Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';

/*
 * Relies on the nodes that a layer gets each time it is applied, and on `nodeIndex` of the tensors made
 * there. In tfjs's types the shapes of a node are one shape or one list, but in fact they are one shape for a
 * single tensor and a list of shapes for several. The node of an input layer, which comes from nothing, has
 * the layer's own tensor as input; only its `inboundLayers` is empty.
 */

type Node = layers.Layer['inboundNodes'][number];

/** The shape of a layer's output at each of its uses; the first one if it has several outputs. */
export function outputShapes(layer: layers.Layer): Shape[] {
  return layer.inboundNodes.map((node) => firstShape(node.outputShapes));
}

/** The shape of a layer's input at each of its uses; the first one if it has several inputs. */
export function inputShapes(layer: layers.Layer): Shape[] {
  return layer.inboundNodes.map((node) => firstShape(node.inputShapes));
}

/** The input tensors of a layer, over all of its uses; nothing for an input layer. */
export function inputTensors(layer: layers.Layer): SymbolicTensor[] {
  return layer.inboundNodes.flatMap(tensorsInto);
}

/** The input tensors of the layer that made a tensor, in the use that made it; nothing for an input layer. */
export function tensorsBefore({ sourceLayer, nodeIndex }: SymbolicTensor): SymbolicTensor[] {
  return tensorsInto(sourceLayer.inboundNodes[nodeIndex]!);
}

function tensorsInto({ inboundLayers, inputTensors }: Node): SymbolicTensor[] {
  return inboundLayers.length === 0 ? [] : inputTensors;
}

/** The only shape, or the first one of a list: tfjs gives either, to `build` too. */
export function firstShape(shapes: Shape | Shape[]): Shape {
  return (Array.isArray(shapes[0]) ? shapes[0] : shapes) as Shape;
}
