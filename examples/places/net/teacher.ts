import * as tf from '@tensorflow/tfjs';
import { setKernels } from '../../support/initial_kernels';
import { SIZE } from '../world/survey';
import { convolution, descriptorOf, relu, STEM, stem } from './stem';

/** Residual blocks before and after height and width are halved, and channels after it. */
const BLOCKS = [1, 2] as const;
const CHANNELS = 96;

/** A small residual net of convolutions: it learns to tell places apart from few views. */
export function buildTeacher(seed: number): tf.LayersModel {
  const view = tf.input({ shape: [SIZE, SIZE, 3], name: 'view' });
  let map = stem(view);
  for (let i = 0; i < BLOCKS[0]; i++) map = residual(map, `quarter${i}`, STEM.channels);
  map = relu(convolution(map, 'halving', CHANNELS, 2));
  for (let i = 0; i < BLOCKS[1]; i++) map = residual(map, `eighth${i}`, CHANNELS);
  const net = tf.model({ inputs: view, outputs: descriptorOf(tokensOf(map)) });
  setKernels(net, seed);
  return net;
}

function residual(map: tf.SymbolicTensor, name: string, filters: number): tf.SymbolicTensor {
  const inner = relu(convolution(map, `${name}_0`, filters, 1));
  const outer = convolution(inner, `${name}_1`, filters, 1);
  return relu(tf.layers.add().apply([map, outer]) as tf.SymbolicTensor);
}

/** The points of a map as tokens, after their mean: what a class token is to a transformer. */
function tokensOf(map: tf.SymbolicTensor): tf.SymbolicTensor {
  const [, height, width, channels] = map.shape as number[];
  const mean = tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }).apply(map);
  const first = tf.layers.reshape({ targetShape: [1, channels] }).apply(mean);
  const points = tf.layers.reshape({ targetShape: [height * width, channels] }).apply(map);
  const tokens = [first, points] as tf.SymbolicTensor[];
  return tf.layers.concatenate({ axis: 1 }).apply(tokens) as tf.SymbolicTensor;
}
