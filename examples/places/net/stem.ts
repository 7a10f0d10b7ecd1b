import * as tf from '@tensorflow/tfjs';
import { mixVpr, unitLength } from 'tfjs-bitcore/vision';

/** The stem makes a point of 48 channels of each 4 x 4 pixels; it sees one pixel around them. */
export const STEM = { channels: 48, stride: 4 } as const;
const STEM_KERNEL = 6;
/** Their product is how many numbers a float descriptor has, and how many bits a binary one. */
const [ROWS, OUTPUT_CHANNELS] = [8, 128];
/** Names of layers that teacher and student have in common. */
export const TOKENS = 'tokens_of_head';
export const DESCRIPTOR_LAYER = 'descriptor';

/** One convolution, from the view to a quarter of its height and width. */
export function stem(view: tf.SymbolicTensor): tf.SymbolicTensor {
  const { channels, stride } = STEM;
  return relu(convolution(view, 'stem', channels, stride, STEM_KERNEL));
}

/** From tokens [batch, 1 + patches, width] to a descriptor of length 1. */
export function descriptorOf(tokens: tf.SymbolicTensor): tf.SymbolicTensor {
  const named = tf.layers.activation({ activation: 'linear', name: TOKENS }).apply(tokens);
  const head = mixVpr({ depth: 1, outputChannels: OUTPUT_CHANNELS, rows: ROWS, name: 'head' });
  return unitLength({ name: DESCRIPTOR_LAYER }).apply(head.apply(named)) as tf.SymbolicTensor;
}

/** A convolution, and the normalization of its batch. */
export function convolution(
  input: tf.SymbolicTensor,
  name: string,
  filters: number,
  strides: number,
  kernelSize = 3,
): tf.SymbolicTensor {
  const layer = { name, filters, kernelSize, strides, padding: 'same', useBias: false } as const;
  const normalization = tf.layers.batchNormalization({
    name: `${name}_normalization`,
    momentum: 0.9,
  });
  return normalization.apply(tf.layers.conv2d(layer).apply(input)) as tf.SymbolicTensor;
}

export function relu(input: tf.SymbolicTensor): tf.SymbolicTensor {
  return tf.layers.reLU().apply(input) as tf.SymbolicTensor;
}
