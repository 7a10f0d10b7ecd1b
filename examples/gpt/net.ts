import * as tf from '@tensorflow/tfjs';
import { bitLinear, multiHeadAttention, rmsNormalization } from 'tfjs-bitcore';
import { setKernels } from '../support/initial_kernels';
import { stockAttention } from './stock_attention';

export interface NetShape {
  /** Number of different characters. */
  readonly vocabulary: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
}

/**
 * `bitnet` has ternary linear layers, `float` has float ones. `stock` has float ones too, and the normalization
 * of TensorFlow.js and an attention of its operations.
 */
export type Kind = 'float' | 'bitnet' | 'stock';

/** Applies the layer with that name: to tensors of a model that is being made, or to values. */
export type Apply<T> = (name: string, inputs: T | T[]) => T;

/**
 * A transformer that predicts the next character: one-hot rows [batch, time, vocabulary] to logits of
 * the same shape. A normalization is before each linear layer, as in BitNet (arXiv 2402.17764).
 *
 * The embedding is a product with one-hot rows: tfjs's wasm backend cannot train tf.layers.embedding.
 */
export function buildNet(shape: NetShape, kind: Kind, seed: number): tf.LayersModel {
  const characters = tf.input({ shape: [null, shape.vocabulary], name: 'characters' });
  const apply: Apply<tf.SymbolicTensor> = (name, inputs) =>
    makeLayer(name, shape, kind).apply(inputs) as tf.SymbolicTensor;
  const net = tf.model({ inputs: characters, outputs: connect(shape, apply, characters) });
  // Nets of all kinds begin with the same numbers.
  setKernels(net, seed);
  return net;
}

/** From characters to logits. */
export function connect<T>({ layers }: NetShape, apply: Apply<T>, characters: T): T {
  let x = apply('embedding', characters);
  for (let block = 0; block < layers; block++) {
    const part: Apply<T> = (name, inputs) => apply(`block${block}_${name}`, inputs);
    x = part('attention_sum', [x, part('attention', part('attention_norm', x))]);
    const hidden = part('up', part('mlp_norm', x));
    x = part('mlp_sum', [x, part('down', part('down_norm', hidden))]);
  }
  return apply('head', apply('head_norm', x));
}

/** Embedding and head stay float. */
function makeLayer(name: string, shape: NetShape, kind: Kind): tf.layers.Layer {
  const { vocabulary, width } = shape;
  const dense = { name, useBias: false };
  const linear = kind === 'bitnet' ? bitLinear : tf.layers.dense;
  switch (name.replace(/^block\d+_/, '')) {
    case 'embedding':
      return tf.layers.dense({ ...dense, units: width });
    case 'attention':
      return makeAttention(name, shape, kind);
    case 'up':
      return linear({ ...dense, units: 4 * width, activation: 'relu' });
    case 'down':
      return linear({ ...dense, units: width });
    case 'attention_sum':
    case 'mlp_sum':
      return tf.layers.add({ name });
    case 'head':
      return tf.layers.dense({ name, units: vocabulary });
    default:
      return kind === 'stock' ? tf.layers.layerNormalization({ name }) : rmsNormalization({ name });
  }
}

/** Positions enter the net only here, by ALiBi. */
function makeAttention(name: string, { width, heads }: NetShape, kind: Kind): tf.layers.Layer {
  const args = { name, numHeads: heads, keyDim: width / heads };
  if (kind === 'stock') return stockAttention(args);
  return multiHeadAttention({
    ...args,
    causal: true,
    alibi: true,
    useBias: false,
    subNormalization: true,
    ternary: kind === 'bitnet',
  });
}
