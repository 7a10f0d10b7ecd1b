import type { serialization } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { registeredClass } from '../tfjs/registered_classes';

/** The form of a layer in a config. */
export interface SavedLayer {
  readonly className: string;
  readonly config: serialization.ConfigDict;
}

/**
 * Layers from the entry `layers` of the config of a layer that is made of them.
 * @throws an error that names that layer by `label`, if a class is not registered.
 */
export function savedLayers(saved: readonly SavedLayer[], label: string): layers.Layer[] {
  return saved.map(({ className, config }) => {
    const found = registeredClass(className) as
      serialization.SerializableConstructor<layers.Layer> | undefined;
    if (found == null) throw argumentError(label, 'layers', 'of registered classes', className);
    return found.fromConfig(found, config);
  });
}
