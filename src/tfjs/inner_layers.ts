import type { LayerVariable, layers, Shape } from '@tensorflow/tfjs-layers';

/*
 * Relies on how a layer makes weights: `build` calls the protected method `addWeight` with the name of each weight,
 * to which tfjs adds only the scope of the layer that is applied. tfjs does not export what adds a scope. And on the
 * protected list of a layer's own variables, each of which the setters of `trainable` of a layer and of a model set.
 */

interface VariableHolder {
  readonly _trainableWeights: LayerVariable[];
}

interface WeightMaker {
  addWeight?(name: string, ...rest: unknown[]): LayerVariable;
}

/** The names of the layers that are being built here, each inside the one before it. */
const scopes: string[] = [];

/**
 * Builds a layer inside another one that is being applied: the names of its weights begin with its own name, after those
 * of the layers around it that are built here too, and they are frozen with the outer layer.
 */
export function buildInner(
  outer: layers.Layer,
  layer: layers.Layer,
  inputShape: Shape | Shape[],
): void {
  const maker = layer as unknown as WeightMaker;
  const addWeight = maker.addWeight!.bind(layer);
  scopes.push(layer.name);
  maker.addWeight = (name, ...rest) => addWeight([...scopes, name].join('/'), ...rest);
  try {
    layer.build(inputShape);
  } finally {
    // The method of the class stands behind it.
    delete maker.addWeight;
    scopes.pop();
  }
  (outer as unknown as VariableHolder)._trainableWeights.push(...layer.trainableWeights);
}
