import type { serialization } from '@tensorflow/tfjs-core';

/*
 * Relies on what tfjs hands to `fromConfig` of a layer that it loads.
 */

/** A layer's config as it was saved: tfjs adds `customObjects` to each config that it passes to `fromConfig`. */
export function savedConfig(config: serialization.ConfigDict): serialization.ConfigDict {
  const { customObjects: _customObjects, ...saved } = config;
  return saved;
}
