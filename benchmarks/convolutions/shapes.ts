/** Single convolutions: those that ResNets are made of, on one image. */
import * as tf from '@tensorflow/tfjs';
import { bitConv2d, bitLinear, deploy } from 'tfjs-bitcore';
import { reading, resident } from '../hosts/tfjs';

export interface ConvolutionShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  readonly strides: number;
}

export const SHAPES: readonly ConvolutionShape[] = [
  [56, 56, 64, 64, 3, 1],
  [28, 28, 128, 128, 3, 1],
  [14, 14, 256, 256, 3, 1],
  [7, 7, 512, 512, 3, 1],
  [56, 56, 64, 256, 1, 1],
  [14, 14, 1024, 256, 1, 1],
].map(([height, width, channels, filters, kernel, strides]) => ({
  ...{ height, width, channels, filters, kernel, strides },
}));

export function shapeName(shape: ConvolutionShape): string {
  const { height, width, channels, filters, kernel, strides } = shape;
  return [height, width, channels, filters, kernel, strides].join(',');
}

/** Multiplications of an image. */
export function macsOf({ height, width, channels, filters, kernel, strides }: ConvolutionShape) {
  const positions = Math.ceil(height / strides) * Math.ceil(width / strides);
  return positions * kernel ** 2 * channels * filters;
}

/** What takes turns, and what to dispose of afterwards. */
export interface Subjects {
  readonly ours: () => void;
  /** The layer of TensorFlow.js. */
  readonly float: () => void;
  /** BitLinear on as many rows as a convolution has windows; or a net with folded normalizations. */
  readonly alike: () => void;
  readonly owned: ReadonlyArray<{ dispose(): unknown }>;
}

export function convolution(shape: ConvolutionShape): Subjects {
  const { height, width, channels, filters, kernel, strides } = shape;
  const inputShape = [height, width, channels];
  const kernelInitializer = 'glorotUniform';
  const window = { filters, kernelSize: kernel, strides, padding: 'same', inputShape } as const;
  const float = modelOf(tf.layers.conv2d({ ...window, kernelInitializer }));
  const ours = deployed(bitConv2d({ ...window, kernelInitializer }));
  const inFeatures = kernel ** 2 * channels;
  const positions = macsOf(shape) / (inFeatures * filters);
  const product = deployed(
    bitLinear({ units: filters, inputShape: [inFeatures], kernelInitializer }),
  );
  const image = random([1, ...inputShape]);
  const rows = random([positions, inFeatures]);
  return {
    ours: reading(() => ours.predict(image) as tf.Tensor),
    float: reading(() => float.predict(image) as tf.Tensor),
    alike: reading(() => product.predict(rows, { batchSize: positions }) as tf.Tensor),
    owned: [ours, float, product, image, rows],
  };
}

function modelOf(layer: tf.layers.Layer): tf.Sequential {
  return tf.sequential({ layers: [layer] });
}

function deployed(layer: tf.layers.Layer): tf.Sequential {
  const trained = modelOf(layer);
  const model = deploy(trained);
  trained.dispose();
  return model;
}

export function random(shape: number[]): tf.Tensor {
  return resident(tf.randomNormal(shape, 0, 1, 'float32', 1));
}
