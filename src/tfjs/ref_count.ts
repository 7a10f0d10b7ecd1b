import type { layers } from '@tensorflow/tfjs-layers';

/*
 * Relies on `_refCount`, in which a layer counts the models that use it: null before its first use. tfjs
 * frees the weights when `dispose()` has reduced it to 0, and throws an error if it is called once more.
 */

/** How often a layer or model must be disposed before its weights are freed. */
export function refCount(layer: layers.Layer): number {
  return (layer as unknown as { readonly _refCount: number | null })._refCount ?? 0;
}
