/** Nets of convolutions with random weights, for images of 224 pixels, and what `convert` makes of them. */
import * as tf from '@tensorflow/tfjs';
import { convert, deploy } from 'tfjs-bitcore';
import { reading } from '../hosts/tfjs';
import { random, type Subjects } from './shapes';

const IMAGE = [224, 224, 3];
const CLASSES = 1000;

type Symbolic = tf.SymbolicTensor;

interface Window {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
}

const apply = (layer: tf.layers.Layer, x: Symbolic | Symbolic[]) => layer.apply(x) as Symbolic;

/** A convolution, its normalization, and an activation. */
function convolved(x: Symbolic, window: Window, activation?: 'relu' | 'relu6'): Symbolic {
  const convolution = tf.layers.conv2d({
    ...window,
    padding: 'same',
    useBias: false,
    kernelInitializer: 'heNormal',
  });
  return activated(apply(convolution, x), activation);
}

function activated(x: Symbolic, activation: 'relu' | 'relu6' | undefined): Symbolic {
  const normalized = apply(tf.layers.batchNormalization(), x);
  if (activation == null) return normalized;
  return apply(tf.layers.reLU(activation === 'relu6' ? { maxValue: 6 } : {}), normalized);
}

function classified(inputs: Symbolic, x: Symbolic): tf.LayersModel {
  const pooled = apply(tf.layers.globalAveragePooling2d({}), x);
  const head = tf.layers.dense({ units: CLASSES, kernelInitializer: 'glorotUniform' });
  return tf.model({ inputs, outputs: apply(head, pooled) });
}

/** ResNet-18 (arXiv 1512.03385). */
function resnet18(): tf.LayersModel {
  const inputs = tf.input({ shape: IMAGE });
  let x = convolved(inputs, { filters: 64, kernelSize: 7, strides: 2 }, 'relu');
  x = apply(tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), x);
  for (const filters of [64, 128, 256, 512]) {
    for (const isFirst of [true, false]) {
      const strides = isFirst && filters > 64 ? 2 : 1;
      const halved = convolved(x, { filters, kernelSize: 3, strides }, 'relu');
      const straight = convolved(halved, { filters, kernelSize: 3, strides: 1 });
      const beside = strides === 1 ? x : convolved(x, { filters, kernelSize: 1, strides });
      x = apply(tf.layers.reLU(), apply(tf.layers.add(), [straight, beside]));
    }
  }
  return classified(inputs, x);
}

/** Groups of blocks of MobileNetV2 (arXiv 1801.04381, table 2): expansion, filters, blocks, and strides of the first. */
const GROUPS = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

function mobileNetV2(): tf.LayersModel {
  const inputs = tf.input({ shape: IMAGE });
  let x = convolved(inputs, { filters: 32, kernelSize: 3, strides: 2 }, 'relu6');
  for (const [expansion, filters, blocks, strides] of GROUPS) {
    for (let i = 0; i < blocks; i++) {
      x = invertedResidual(x, { expansion, filters, strides: i === 0 ? strides : 1 });
    }
  }
  return classified(inputs, convolved(x, { filters: 1280, kernelSize: 1, strides: 1 }, 'relu6'));
}

interface InvertedResidual {
  readonly expansion: number;
  readonly filters: number;
  readonly strides: number;
}

function invertedResidual(
  x: Symbolic,
  { expansion, filters, strides }: InvertedResidual,
): Symbolic {
  const channels = x.shape[3]!;
  const pointwise = { kernelSize: 1, strides: 1 };
  const expanded =
    expansion === 1 ? x : convolved(x, { filters: expansion * channels, ...pointwise }, 'relu6');
  const depthwise = tf.layers.depthwiseConv2d({
    ...{ kernelSize: 3, strides, padding: 'same', useBias: false },
    depthwiseInitializer: 'heNormal',
  });
  const seen = activated(apply(depthwise, expanded), 'relu6');
  const narrow = convolved(seen, { filters, ...pointwise });
  return strides === 1 && filters === channels ? apply(tf.layers.add(), [x, narrow]) : narrow;
}

export const NETS = { 'ResNet-18': resnet18, MobileNetV2: mobileNetV2 } as const;
export type NetName = keyof typeof NETS;

/** An image through the float net, the converted and deployed one, and that with folded normalizations. */
export function net(name: NetName): Subjects {
  const float = NETS[name]();
  const converted = convert(float);
  const [ours, folded] = [deploy(converted), deploy(converted, { fold: true })];
  converted.dispose();
  const image = random([1, ...IMAGE]);
  return {
    ours: reading(() => ours.predict(image) as tf.Tensor),
    float: reading(() => float.predict(image) as tf.Tensor),
    alike: reading(() => folded.predict(image) as tf.Tensor),
    owned: [ours, float, folded, image],
  };
}
