import * as tf from '@tensorflow/tfjs';
import { goldenTensor, goldenValues, type GoldenTensor } from './golden_vision';
import { valuesOf } from './values';

/** Of a gradient with many numbers, the files have sums. */
export type GoldenGradient = GoldenTensor | { readonly sum: number; readonly sumOfSquares: number };

/** A module of PyTorch in test/golden/vision: its weights, an input, what it gives, and the gradients of that. */
export interface GoldenModule {
  readonly weights: Record<string, GoldenTensor>;
  readonly x: GoldenTensor;
  readonly upstream: GoldenTensor;
  readonly y: GoldenTensor;
  readonly normalized: GoldenTensor;
  readonly dx: GoldenTensor;
  readonly grads: Record<string, GoldenGradient>;
}

/** The weight of PyTorch that a weight of a layer is, or the part of one. */
interface Source {
  readonly name: string;
  /** From the layout of PyTorch to that of the layer. */
  toLayer(values: tf.Tensor): tf.Tensor;
  /** The inverse, for one of several parts too. */
  fromLayer(values: tf.Tensor): tf.Tensor;
}

const transposed = (name: string): Source => ({
  name,
  toLayer: (values) => tf.transpose(tf.reshape(values, values.shape.slice(0, 2))),
  fromLayer: tf.transpose,
});
const asItIs = (name: string, shape?: number[]): Source => ({
  name,
  toLayer: (values) => (shape == null ? values : tf.reshape(values, shape)),
  fromLayer: (values) => values,
});

/** Sources of the weights of a dense layer. */
export function dense(name: string): Source[] {
  return [transposed(`${name}.weight`), asItIs(`${name}.bias`)];
}

/** Sources of the weights of a normalization. */
export function norm(name: string): Source[] {
  return [asItIs(`${name}.weight`), asItIs(`${name}.bias`)];
}

export const single = (name: string, shape?: number[]): Source[] => [asItIs(name, shape)];

/** A convolution [out, in, height, width], as a dense layer over the neighbors. */
export function convolution(name: string): Source[] {
  const weight: Source = {
    name: `${name}.weight`,
    toLayer: (values) => tf.reshape(tf.transpose(values, [2, 3, 1, 0]), [-1, values.shape[0]!]),
    fromLayer: (values) => values,
  };
  return [weight, asItIs(`${name}.bias`)];
}

/** The projections of `MultiheadAttention`: those to queries, keys and values are stacked in one weight. */
export function attention(name: string): Source[] {
  const parts = [0, 1, 2].flatMap((part): Source[] => {
    const cut = (values: tf.Tensor) => tf.split(values, 3)[part]!;
    return [
      {
        name: `${name}.in_proj_weight`,
        toLayer: (values) => tf.transpose(cut(values)),
        fromLayer: tf.transpose,
      },
      { name: `${name}.in_proj_bias`, toLayer: cut, fromLayer: (values) => values },
    ];
  });
  return [...parts, ...dense(`${name}.out_proj`)];
}

/** Gives a layer that is built the weights of PyTorch. */
export function setGoldenWeights(
  layer: tf.layers.Layer,
  { weights }: Pick<GoldenModule, 'weights'>,
  sources: readonly Source[],
): void {
  layer.setWeights(sources.map(({ name, toLayer }) => toLayer(goldenTensor(weights[name]!))));
}

/** The gradients at the weights of a layer, by the names of PyTorch; of parts, in the order of the layer. */
export function goldenGradients(
  layer: tf.layers.Layer,
  loss: () => tf.Scalar,
  sources: readonly Source[],
): Map<string, number[]> {
  const { grads } = tf.variableGrads(loss);
  const found = new Map<string, number[]>();
  layer.trainableWeights.forEach((weight, i) => {
    const { name, fromLayer } = sources[i]!;
    const gradient = fromLayer(grads[(weight.read() as tf.Variable).name]!);
    found.set(name, [...(found.get(name) ?? []), ...gradient.dataSync()]);
  });
  return found;
}

/** Compares with the file: each number, or the sums of many. */
export function expectGradient(
  actual: ArrayLike<number>,
  golden: GoldenGradient,
  tolerance: number,
): void {
  const values = Array.from(actual);
  if ('sum' in golden) {
    const squares = values.reduce((sum, value) => sum + value * value, 0);
    const size = Math.max(1, golden.sumOfSquares);
    expect(Math.abs(squares - golden.sumOfSquares) / size).toBeLessThan(tolerance);
    const sum = values.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - golden.sum)).toBeLessThan(tolerance * Math.sqrt(values.length * size));
    return;
  }
  expectNear(values, goldenValues(golden), tolerance);
}

/** No number is off by more than the tolerance, of the largest number where that is above 1. */
export function expectNear(
  actual: tf.Tensor | ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  const values = Array.from(valuesOf(actual));
  const size = Math.max(1, ...Array.from(expected, Math.abs));
  const errors = values.map((value, i) => Math.abs(value - expected[i]!) / size);
  expect(values).toHaveLength(expected.length);
  expect(errors.every((error) => error <= tolerance) || Math.max(...errors)).toBe(true);
}
