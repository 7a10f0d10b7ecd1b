import { clone, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/** Keeps a copy of what the layer is called with, until the function returned is called. */
export function recordInputs(layer: layers.Layer, inputs: Tensor[]): () => void {
  const { _callHook: hook } = layer as unknown as {
    _callHook: Parameters<typeof layer.setCallHook>[0];
  };
  layer.setCallHook((input, kwargs) => {
    inputs.push(keep(clone((Array.isArray(input) ? input[0] : input) as Tensor)));
    hook?.(input, kwargs);
  });
  return () => layer.setCallHook(hook);
}
