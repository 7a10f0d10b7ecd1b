import { clone, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/**
 * Keeps a copy of each input of the layer, until the returned function is called. It does so in a `call` of the layer's
 * own: tfjs's convolutions do not call the hook that `setCallHook` sets.
 */
export function recordInputs(layer: layers.Layer, inputs: Tensor[]): () => void {
  const own = Object.getOwnPropertyDescriptor(layer, 'call');
  const call = layer.call.bind(layer);
  layer.call = (input, kwargs) => {
    inputs.push(keep(clone((Array.isArray(input) ? input[0] : input) as Tensor)));
    return call(input, kwargs);
  };
  return () => {
    if (own != null) Object.defineProperty(layer, 'call', own);
    else Reflect.deleteProperty(layer, 'call');
  };
}
