import type { layers } from '@tensorflow/tfjs-layers';

/*
 * Relies on `_callHook`, where a layer keeps the function that `setCallHook` received: tfjs has a setter and
 * no getter, and code that sets a hook for a while has to restore the earlier one.
 */

export type CallHook = Parameters<layers.Layer['setCallHook']>[0];

/** What a layer calls with its inputs; null if there is nothing. */
export function callHook(layer: layers.Layer): CallHook | null {
  return (layer as unknown as { readonly _callHook: CallHook | null })._callHook;
}
