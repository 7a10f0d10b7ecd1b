import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear } from '../../src';
import type { BitLinearOptions } from '../../src';
import { randomTensor } from './values';
import { present } from './present';

/** A built layer with random weights; a learned scale is derived from them. */
export function builtLayer(inFeatures: number, args: BitLinearOptions, seed = 1): BitLinear {
  const layer = bitLinear(args);
  layer.build([null, inFeatures]);
  const kernel = randomTensor([inFeatures, args.units], seed);
  setKernel(layer, kernel, randomTensor([args.units], seed + 1));
  return layer;
}

/** Sets kernel and bias (if the layer has one) as from a Dense layer: a learned scale follows. */
export function setKernel(layer: BitLinear, kernel: tf.Tensor, bias?: tf.Tensor): void {
  const zeros = tf.zeros([layer.units]);
  layer.setWeights(layer.useBias ? [kernel, bias ?? zeros] : [kernel]);
}

export function weight(layer: tf.layers.Layer, name: string): tf.Tensor {
  const found = layer.weights.find(({ originalName }) => originalName.split('/').pop() === name);
  if (found == null) throw new Error(`"${layer.name}" has no weight "${name}".`);
  return found.read();
}

export function weightNames(layer: tf.layers.Layer): string[] {
  return layer.weights.map(({ originalName }) => present(originalName.split('/').pop()));
}

export function apply(layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor {
  return layer.apply(x) as tf.Tensor;
}

export interface LayerGradients {
  readonly y: tf.Tensor;
  readonly dx: tf.Tensor;
  /** By name: kernel, bias, alpha. */
  readonly weights: Record<string, tf.Tensor>;
}

/** The output of a layer, and the gradients that `dy` at its output gives. */
export function gradients(layer: tf.layers.Layer, x: tf.Tensor, dy: tf.Tensor): LayerGradients {
  const loss = (input: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(apply(layer, input), dy));
  const dx = tf.grad(loss)(x);
  const weights: Record<string, tf.Tensor> = {};
  if (layer.trainableWeights.length > 0) {
    const { grads } = tf.variableGrads(() => loss(x));
    for (const variable of layer.trainableWeights) {
      const name = present(variable.originalName.split('/').pop());
      weights[name] = grads[(variable.read() as tf.Variable).name];
    }
  }
  return { y: apply(layer, x), dx, weights };
}
