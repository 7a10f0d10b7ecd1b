import type * as tf from '@tensorflow/tfjs';
import { goldenKernel, goldenTensor, type GoldenTensor } from './golden_vision';
import { present } from './present';

export type GoldenWeights = Readonly<Record<string, GoldenTensor>>;

/** The tail of a weight's name in PyTorch for each of those in TensorFlow.js. */
const TAILS: Readonly<Record<string, string>> = {
  kernel: 'weight',
  gamma: 'weight',
  beta: 'bias',
  bias: 'bias',
};

/** The modules of the originals, by the names of our layers; "#" stands for the number of a block. */
const EMBEDDING = {
  patches_normalization: 'to_patch_embedding.1',
  embedding: 'to_patch_embedding.2',
  embedding_normalization: 'to_patch_embedding.3',
  normalization: 'transformer.norm',
};

export const TETRA_MODULES = {
  ...EMBEDDING,
  'block#_attention_normalization': 'transformer.layers.#.0.lnorm1',
  'block#_attention_qkv': 'transformer.layers.#.0.to_qkv',
  'block#_attention_inner_normalization': 'transformer.layers.#.0.lnorm2',
  'block#_attention_output': 'transformer.layers.#.0.to_out.0',
  'block#_mlp_normalization': 'transformer.layers.#.1.net.0',
  'block#_mlp_hidden': 'transformer.layers.#.1.net.1',
  'block#_mlp_inner_normalization': 'transformer.layers.#.1.net.4',
  'block#_mlp_output': 'transformer.layers.#.1.net.5',
  last_mlp_output: 'transformer.layers.#.1.net.4',
};

export const TAT_MODULES = {
  ...EMBEDDING,
  'block#_attention_normalization': 'transformer.layers.#.0.norm',
  'block#_attention_qkv': 'transformer.layers.#.0.to_qkv',
  'block#_attention_output': 'transformer.layers.#.0.to_out',
  'block#_mlp_normalization': 'transformer.layers.#.1.ln1',
  'block#_mlp_hidden': 'transformer.layers.#.1.lin1',
  'block#_mlp_inner_normalization': 'transformer.layers.#.1.ln2',
  'block#_mlp_output': 'transformer.layers.#.1.lin2',
  last_mlp_normalization: 'transformer.layers.#.1.net.0',
  last_mlp_hidden: 'transformer.layers.#.1.net.1',
  last_mlp_output: 'transformer.layers.#.1.net.4',
};

type Modules = Readonly<Record<string, string>>;

/** Gives a model the weights of an original, all of which it must take. */
export function setOriginalWeights(
  model: tf.LayersModel,
  weights: GoldenWeights,
  modules: Modules,
): void {
  const last = model.layers.filter(({ name }) => /^block\d+$/.test(name)).length - 1;
  const names = model.weights.map((weight) => {
    const { layer, tail } = partsOf(weight);
    if (tail === 'class_token') return 'cls_token';
    if (tail === 'positions') return 'pos_embedding';
    const number = /\d+/.exec(layer)?.[0] ?? '';
    const named = modules[layer.replace(`block${last}_`, 'last_')];
    const module = present(named ?? modules[layer.replace(/\d+/, '#')]).replace('#', number);
    return `${module}.${present(TAILS[tail])}`;
  });
  model.setWeights(names.map((name) => originalWeight(weights, name)));
  const unused = Object.keys(weights).filter((name) => !names.includes(name));
  if (unused.length > 0) throw new Error(`The model has no place for ${unused.join(', ')}.`);
}

/** The name in PyTorch of a weight of a layer, whose module has a name there. */
export function originalName(weight: tf.LayerVariable, modules: Modules): string {
  const { layer, tail } = partsOf(weight);
  return `${present(modules[layer])}.${present(TAILS[tail])}`;
}

/** A weight, or its gradient, as TensorFlow.js has it: a linear layer's is [in, out], not [out, in]. */
export function originalWeight(weights: GoldenWeights, name: string): tf.Tensor {
  const golden = present(weights[name]);
  return golden.shape.length === 2 ? goldenKernel(golden) : goldenTensor(golden);
}

function partsOf({ originalName }: tf.LayerVariable): { layer: string; tail: string } {
  const [layer, tail] = originalName.split('/');
  return { layer, tail };
}
