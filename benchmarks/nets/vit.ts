/** Vision Transformers of Base size (arXiv 2010.11929, in its pre-norm form) with random weights. */
import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, geluLayer, layerNormalization, multiHeadAttention } from 'tfjs-bitcore';
import { tetraBase } from 'tfjs-bitcore/vision';
import { StockAttention, Tokens } from './layers';

/** A cropped photo of 322 pixels gives 23 x 23 patches, and with the class token 530 tokens. */
const IMAGE = [322, 322, 3];
const PATCH = 14;
const PATCHES = (322 / PATCH) ** 2;
const WIDTH = 768;
const BLOCKS = 12;
const HEADS = 12;
const HIDDEN = 3072;

/** tfjs's default initializer takes minutes here. */
const kernelInitializer = 'glorotUniform';

type Linear = (args: { units: number; name: string }) => tf.layers.Layer;

/** What a net is made of besides its embedding; each function makes layers whose names begin with `name`. */
interface Parts {
  readonly linear: Linear;
  readonly normalization: (name: string) => tf.layers.Layer;
  readonly attention: (name: string, x: tf.SymbolicTensor) => tf.SymbolicTensor;
  readonly gelu: (name: string) => tf.layers.Layer;
}

const dense: Linear = (args) => tf.layers.dense({ ...args, kernelInitializer });

/** As somebody writes the net who has TensorFlow.js alone. */
const STOCK: Parts = {
  linear: dense,
  normalization: (name) => tf.layers.layerNormalization({ name, epsilon: 1e-6 }),
  attention: (name, x) => {
    const project = (part: string, input: tf.SymbolicTensor) =>
      dense({ units: WIDTH, name: `${name}_${part}` }).apply(input) as tf.SymbolicTensor;
    const operands = ['query', 'key', 'value'].map((part) => project(part, x));
    const attended = new StockAttention({ name, heads: HEADS }).apply(operands);
    return project('output', attended as tf.SymbolicTensor);
  },
  gelu: (name) => tf.layers.activation({ activation: 'gelu', name }),
};

const OURS: Parts = {
  linear: (args) => bitLinear({ ...args, kernelInitializer }),
  normalization: (name) => layerNormalization({ name, epsilon: 1e-6 }),
  attention: (name, x) => {
    const layer = multiHeadAttention({ name, numHeads: HEADS, keyDim: WIDTH / HEADS });
    return layer.apply(x) as tf.SymbolicTensor;
  },
  gelu: (name) => geluLayer({ name }),
};

const FLOAT: Parts = {
  ...OURS,
  linear: dense,
  attention: (name, x) => {
    const options = { numHeads: HEADS, keyDim: WIDTH / HEADS, ternary: false };
    return multiHeadAttention({ name, ...options }).apply(x) as tf.SymbolicTensor;
  },
};

/** The nets that take turns. TeTRA has the sizes of the others, and one more normalization in each half of a block. */
export const NETS = {
  deployed: () => deployed(build(OURS)),
  tetra: () => deployed(tetraBase()),
  stock: () => build(STOCK),
  float: () => build(FLOAT),
} as const satisfies Record<string, () => tf.LayersModel>;

export type NetName = keyof typeof NETS;

function deployed(trained: tf.LayersModel): tf.LayersModel {
  const packed = deploy(trained);
  trained.dispose();
  return packed;
}

/** One image of random numbers. */
export const image = () => tf.randomUniform([1, ...IMAGE], -1, 1, 'float32', 1);

function build({ linear, normalization, attention, gelu }: Parts): tf.LayersModel {
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
    layer.apply(x) as tf.SymbolicTensor;
  const add = (name: string, ...both: tf.SymbolicTensor[]) => apply(tf.layers.add({ name }), both);
  const inputs = tf.input({ shape: IMAGE });
  let x = apply(new Tokens({ name: 'tokens' }), apply(embedding(), inputs));
  for (let i = 0; i < BLOCKS; i++) {
    const block = `block${i}`;
    const attended = attention(`${block}_attention`, apply(normalization(`${block}_before`), x));
    x = add(`${block}_attended`, x, attended);
    const hidden = linear({ units: HIDDEN, name: `${block}_hidden` });
    const wide = apply(hidden, apply(normalization(`${block}_between`), x));
    const narrow = linear({ units: WIDTH, name: `${block}_narrow` });
    x = add(block, x, apply(narrow, apply(gelu(`${block}_gelu`), wide)));
  }
  return tf.model({ inputs, outputs: apply(normalization('after'), x) });
}

/** Patches to float vectors. */
function embedding(): tf.layers.Layer {
  const window = { kernelSize: PATCH, strides: PATCH };
  return tf.sequential({
    name: 'embedding',
    layers: [
      tf.layers.conv2d({ filters: WIDTH, ...window, kernelInitializer, inputShape: IMAGE }),
      tf.layers.reshape({ targetShape: [PATCHES, WIDTH] }),
    ],
  });
}
