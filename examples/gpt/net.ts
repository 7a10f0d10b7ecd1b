import * as tf from '@tensorflow/tfjs';
import { bitLinear, causalSelfAttention, rmsNormalization } from 'tfjs-bitcore';

export interface NetShape {
  /** Number of different characters. */
  readonly vocabulary: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
}

export type Kind = 'float' | 'bitnet';

/** Options of a linear layer; a normalization has none. */
type LayerArgs = { units: number; activation?: 'relu'; useBias?: boolean } | undefined;

/** Applies the layer with that name: a new one, or the one of a trained net. */
export type Apply = (name: string, args: LayerArgs, inputs: tf.SymbolicTensor) => tf.SymbolicTensor;

/** What a block does with its keys and values before attention. */
export type Extend = (kv: tf.SymbolicTensor[]) => tf.SymbolicTensor[];

/**
 * A transformer that predicts the next character: one-hot rows [batch, time, vocabulary] to logits of
 * the same shape. A normalization is before each linear layer, as in BitNet (arXiv 2402.17764).
 *
 * The embedding is a product with one-hot rows: tfjs's wasm backend cannot train tf.layers.embedding.
 */
export function buildNet(shape: NetShape, kind: Kind, seed: number): tf.LayersModel {
  const make = layerMaker(kind, seed);
  const apply: Apply = (name, args, inputs) => make(name, args).apply(inputs) as tf.SymbolicTensor;
  const characters = tf.input({ shape: [null, shape.vocabulary], name: 'characters' });
  return tf.model({ inputs: characters, outputs: connect(shape, apply, characters) });
}

/** More than the number of layers of a net, so that no two layers of nets with different seeds begin alike. */
const SEEDS_PER_NET = 1000;

/** Both kinds begin with the same numbers. Embedding and head stay float. */
function layerMaker(kind: Kind, seed: number) {
  let count = SEEDS_PER_NET * seed;
  return (name: string, args: LayerArgs): tf.layers.Layer => {
    if (args == null) return rmsNormalization({ name });
    const kernelInitializer = tf.initializers.glorotNormal({ seed: ++count });
    const dense = { useBias: false, ...args, name, kernelInitializer };
    const isFloat = kind === 'float' || name === 'embedding' || name === 'head';
    return isFloat ? tf.layers.dense(dense) : bitLinear(dense);
  };
}

/** The graph of the net; `extend` may put keys and values of earlier positions before a block's own. */
export function connect(
  { layers, width, heads, vocabulary }: NetShape,
  apply: Apply,
  characters: tf.SymbolicTensor,
  extend: Extend = (kv) => kv,
): tf.SymbolicTensor {
  let x = apply('embedding', { units: width }, characters);
  for (let block = 0; block < layers; block++) {
    const name = (part: string) => `block${block}_${part}`;
    const norm = (part: string, input: tf.SymbolicTensor) => apply(name(part), undefined, input);
    const linear = (part: string, input: tf.SymbolicTensor, args: object = {}) =>
      apply(name(part), { units: width, ...args }, input);
    const before = norm('attention_norm', x);
    const [q, k, v] = ['query', 'key', 'value'].map((part) => linear(part, before));
    const attention = causalSelfAttention({ numHeads: heads });
    const mixed = attention.apply([q, ...extend([k, v])]) as tf.SymbolicTensor;
    x = add(x, linear('output', norm('output_norm', mixed)));
    const hidden = linear('up', norm('mlp_norm', x), { units: 4 * width, activation: 'relu' });
    x = add(x, linear('down', norm('down_norm', hidden)));
  }
  return apply('head', { units: vocabulary, useBias: true }, apply('head_norm', undefined, x));
}

function add(a: tf.SymbolicTensor, b: tf.SymbolicTensor): tf.SymbolicTensor {
  return tf.layers.add().apply([a, b]) as tf.SymbolicTensor;
}
