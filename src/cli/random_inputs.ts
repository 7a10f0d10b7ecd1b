import { randomNormal, randomUniform, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** The number of inputs for a check. */
export const ROWS = 32;

/** Replaces a dimension that the model leaves open, such as the number of time steps. */
const OPEN_SIZE = 16;
const SEED = 1;

/** Makes the same inputs each time: standard normal numbers, or tokens for models that embed them. */
export function randomInputs(model: LayersModel): Tensor[] {
  const vocabulary = Math.min(...vocabularies(model));
  return model.inputs.map(({ shape, dtype }, i) => {
    const size = [ROWS, ...shape.slice(1).map((dimension) => dimension ?? OPEN_SIZE)];
    if (dtype === 'float32' && vocabulary === Infinity) {
      return randomNormal(size, 0, 1, 'float32', SEED + i);
    }
    const below = vocabulary === Infinity ? 2 : vocabulary;
    return randomUniform(size, 0, below, 'int32', SEED + i);
  });
}

/** The number of tokens that each Embedding layer knows, including those in nested models and wrappers. */
function vocabularies(parent: layers.Layer): number[] {
  const { inputDim, layers, layer } = parent as layers.Layer & {
    inputDim?: number;
    layers?: layers.Layer[];
    layer?: layers.Layer;
  };
  if (parent.getClassName() === 'Embedding') return [inputDim!];
  return [...(layers ?? []), ...(layer == null ? [] : [layer])].flatMap(vocabularies);
}
