import type { layers, Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';

/*
 * Relies on the nodes that a layer gets each time it is applied, in any model, and on `nodeIndex` of the
 * tensors made there. In tfjs's types the shapes of a node are one shape or one list, but in fact they are one
 * shape for a single tensor and a list of shapes for several. The node of an input layer, which comes from
 * nothing, has the layer's own tensor as input; only its `inboundLayers` is empty.
 */

/** One use of a layer. */
export type LayerNode = layers.Layer['inboundNodes'][number];

/** The shape of a layer's output at one of its uses; the first one if it has several outputs. */
export function outputShape(node: LayerNode): Shape {
  return firstShape(node.outputShapes);
}

/** The shape of a layer's input at one of its uses; the first one if it has several inputs. */
export function inputShape(node: LayerNode): Shape {
  return firstShape(node.inputShapes);
}

/** The input tensors of a layer at one of its uses; nothing for an input layer and for a model's own node. */
export function inputTensors(node: LayerNode): SymbolicTensor[] {
  return node.inboundLayers.length === 0 ? [] : node.inputTensors;
}

/** The output tensors of a layer at one of its uses. */
export function outputTensors(node: LayerNode): SymbolicTensor[] {
  return node.outputTensors;
}

/** The use of a layer that made a tensor. */
export function nodeOf({ sourceLayer, nodeIndex }: SymbolicTensor): LayerNode {
  return sourceLayer.inboundNodes[nodeIndex]!;
}

/** The input tensors of the layer that made a tensor, in the use that made it; nothing for an input layer. */
export function tensorsBefore(tensor: SymbolicTensor): SymbolicTensor[] {
  return inputTensors(nodeOf(tensor));
}

/** The only shape, or the first one of a list: tfjs gives either, to `build` too. */
export function firstShape(shapes: Shape | Shape[]): Shape {
  return (Array.isArray(shapes[0]) ? shapes[0] : shapes) as Shape;
}
