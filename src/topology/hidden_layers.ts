import { layers } from '@tensorflow/tfjs-layers';
import { isPlainObject } from './plain_object';

/** The layers that a layer holds in its fields, such as a recurrent layer or a custom one. */
export function hiddenLayers(layer: layers.Layer): layers.Layer[] {
  const seen = new Set<unknown>([layer]);
  const search = (value: unknown): void => {
    if (!isSearched(value) || seen.has(value)) return;
    seen.add(value);
    const within = value instanceof Map || value instanceof Set ? [...value.values()] : value;
    Object.values(within as object).forEach(search);
  };
  Object.values(layer).forEach(search);
  seen.delete(layer);
  return [...seen].filter((value): value is layers.Layer => value instanceof layers.Layer);
}

function isSearched(value: unknown): boolean {
  const isCollection = Array.isArray(value) || value instanceof Map || value instanceof Set;
  return isCollection || value instanceof layers.Layer || isPlainObject(value);
}
