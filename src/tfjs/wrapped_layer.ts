import type { layers, Shape } from '@tensorflow/tfjs-layers';

/*
 * Relies on the field `layer` of tfjs's class TimeDistributed, which tfjs does not export: it is recognized
 * by its registered name. It runs its layer once for each step of axis 1. (Bidirectional keeps two copies of its
 * layer in its own fields, and is not a wrapper in this sense: it computes more than its layer.)
 */

/** The layer that a TimeDistributed wrapper applies to each step; undefined for all other layers. */
export function wrappedLayer(layer: layers.Layer): layers.Layer | undefined {
  if (layer.getClassName() !== 'TimeDistributed') return undefined;
  return (layer as layers.Layer & { readonly layer: layers.Layer }).layer;
}

/** The layer inside all wrappers, or the layer itself if it has no wrapper. */
export function innermostLayer(layer: layers.Layer): layers.Layer {
  const wrapped = wrappedLayer(layer);
  return wrapped == null ? layer : innermostLayer(wrapped);
}

/** The input of the layer inside all wrappers if the outermost one has an input of this shape. */
export function innermostInputShape(layer: layers.Layer, shape: Shape): Shape {
  const wrapped = wrappedLayer(layer);
  return wrapped == null ? shape : innermostInputShape(wrapped, [shape[0]!, ...shape.slice(2)]);
}
