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

/** The name in PyTorch of each weight of the original, in the order of ours. */
export function originalNames(
  model: tf.LayersModel,
  modules: Readonly<Record<string, string>>,
): string[] {
  const last = model.layers.filter(({ name }) => /^block\d+$/.test(name)).length - 1;
  return model.weights.map(({ originalName }) => {
    const [layer, weight] = present(originalName.match(/^(.*)\/(.*)$/)).slice(1) as [
      string,
      string,
    ];
    if (weight === 'class_token') return 'cls_token';
    if (weight === 'positions') return 'pos_embedding';
    const number = /\d+/.exec(layer)?.[0] ?? '';
    const named = modules[layer.replace(`block${last}_`, 'last_')];
    const module = named ?? modules[layer.replace(/\d+/, '#')];
    return `${present(module).replace('#', number)}.${present(TAILS[weight])}`;
  });
}

/** Gives a model the weights of an original, all of which it must take. */
export function setOriginalWeights(
  model: tf.LayersModel,
  weights: GoldenWeights,
  modules: Readonly<Record<string, string>>,
): void {
  const names = originalNames(model, modules);
  const tensorOf = (name: string, i: number) => {
    const golden = present(weights[name]);
    return /\/kernel$/.test(model.weights[i].originalName)
      ? goldenKernel(golden)
      : goldenTensor(golden);
  };
  model.setWeights(names.map(tensorOf));
  const unused = Object.keys(weights).filter((name) => !names.includes(name));
  // The program of TeTRA-VPR makes a last normalization, and never applies it.
  const expected =
    'normalization' in model ? [] : ['transformer.norm.bias', 'transformer.norm.weight'];
  if (unused.length > 0 && unused.sort().join() !== expected.join()) {
    throw new Error(`The model has no place for ${unused.join(', ')}.`);
  }
}
