import { serialization } from '@tensorflow/tfjs-core';

/*
 * Relies on the table that `serialization.registerClass` fills, [class, its fromConfig] by name. The
 * layers of tfjs-layers are in it, so one of their names shows which copy of the package registered last.
 */

/** The class that a saved model would use for a name; undefined if there is none. */
export function registeredClass(className: string): unknown {
  return serialization.SerializationMap.getMap().classNameMap[className]?.[0];
}
