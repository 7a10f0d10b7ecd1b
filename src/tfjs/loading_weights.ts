import { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';

/*
 * Relies on `loadWeights` of a model, through which all weights come that have names: those of files, too. It
 * calls `write` of the weights that it sets, without a pause, and no method of their layers, such as
 * `setWeights`. This file replaces it in the class, because plain `tf.loadLayersModel` makes the models that are
 * loaded.
 */

/** Calls `react` with each model that has loaded weights by their names, and with those that were set. */
export function afterLoadingWeights(
  react: (model: LayersModel, loaded: ReadonlySet<LayerVariable>) => void,
): void {
  const { prototype } = LayersModel;
  const load = Reflect.get(prototype, 'loadWeights') as LayersModel['loadWeights'];
  prototype.loadWeights = function (this: LayersModel, ...args) {
    react(
      this,
      weightsWrittenBy(() => load.apply(this, args)),
    );
  };
}

function weightsWrittenBy(load: () => void): Set<LayerVariable> {
  const { prototype } = LayerVariable;
  const write = Reflect.get(prototype, 'write') as LayerVariable['write'];
  const written = new Set<LayerVariable>();
  prototype.write = function (this: LayerVariable, value) {
    written.add(this);
    return write.call(this, value);
  };
  try {
    load();
  } finally {
    prototype.write = write;
  }
  return written;
}
