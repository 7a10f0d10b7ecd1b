import { clone, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { callHook } from '../tfjs/call_hook';

/** Keeps a copy of each input of the layer, until the returned function is called. */
export function recordInputs(layer: layers.Layer, inputs: Tensor[]): () => void {
  const hook = callHook(layer);
  layer.setCallHook((input, kwargs) => {
    inputs.push(keep(clone((Array.isArray(input) ? input[0] : input) as Tensor)));
    hook?.(input, kwargs);
  });
  return () => (hook == null ? layer.clearCallHook() : layer.setCallHook(hook));
}
