import { randomNormal, randomUniform, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

const SEED = 1;

/**
 * Makes the same inputs each time: standard normal numbers, or tokens for models that embed them.
 * @param shapes of the inputs, batch first.
 */
export function randomInputs(model: LayersModel, shapes: number[][]): Tensor[] {
  const vocabulary = Math.min(...vocabularies(model));
  return model.inputs.map(({ dtype }, i) => {
    if (dtype === 'float32' && vocabulary === Infinity) {
      return randomNormal(shapes[i]!, 0, 1, 'float32', SEED + i);
    }
    const below = vocabulary === Infinity ? 2 : vocabulary;
    return randomUniform(shapes[i]!, 0, below, 'int32', SEED + i);
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
