import * as tf from '@tensorflow/tfjs';
import { SEEDS_PER_NET } from './initial_kernels';

/** What the stages of the net ask of a convolution. */
interface ConvolutionArgs {
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: 'same';
  readonly useBias: false;
  readonly kernelInitializer: ReturnType<typeof tf.initializers.heNormal>;
}

export type MakeConvolution = (args: ConvolutionArgs) => tf.layers.Layer;

type Symbolic = tf.SymbolicTensor;

/** The usual number of the stem. */
export const STEM_FILTERS = 32;
/** Of the moving mean and variance: they follow some ten batches, so that short training has good ones, too. */
const MOMENTUM = 0.9;
/** By how many times a stage has more filters than the stem. Each halves the height and the width of its images. */
const STAGES = [2, 4];

/**
 * A residual net for images of 28x28 points, float32 [batch, 784], and 10 classes. A float convolution is the stem. In
 * each of two stages, a window of 3x3 with strides of 2 and a residual window of 1x1, both made by `convolution` and
 * followed by a batch normalization, and ReLUs. The head is float. The initial weights follow from the seed.
 */
export function buildCnn(
  convolution: MakeConvolution,
  seed: number,
  stemFilters = STEM_FILTERS,
): tf.LayersModel {
  let kernels = 0;
  const nextSeed = () => SEEDS_PER_NET * seed + ++kernels;
  const initial = () => tf.initializers.heNormal({ seed: nextSeed() });
  const normalized = (
    args: Pick<ConvolutionArgs, 'name' | 'filters' | 'kernelSize' | 'strides'>,
  ) => {
    const layer = convolution({
      ...args,
      ...{ padding: 'same', useBias: false, kernelInitializer: initial() },
    });
    const normalization = tf.layers.batchNormalization({
      name: `${args.name}_normalization`,
      momentum: MOMENTUM,
    });
    return (x: Symbolic) => apply(normalization, apply(layer, x));
  };

  const inputs = tf.input({ shape: [784] });
  let x = apply(tf.layers.reshape({ targetShape: [28, 28, 1] }), inputs);
  x = apply(stem(stemFilters, initial()), x);
  for (const [i, times] of STAGES.entries()) {
    const filters = times * stemFilters;
    const name = `stage${i + 1}`;
    const halve = normalized({ name: `${name}_3x3`, filters, kernelSize: 3, strides: 2 });
    const mix = normalized({ name: `${name}_1x1`, filters, kernelSize: 1, strides: 1 });
    x = apply(tf.layers.reLU(), halve(x));
    x = apply(tf.layers.reLU(), apply(tf.layers.add(), [x, mix(x)]));
  }
  const head = tf.layers.dense({
    ...{ name: 'head', units: 10, activation: 'softmax' },
    kernelInitializer: tf.initializers.glorotNormal({ seed: nextSeed() }),
  });
  const pooled = apply(tf.layers.globalAveragePooling2d({}), x);
  return tf.model({ inputs, outputs: apply(head, pooled) });
}

function stem(
  filters: number,
  kernelInitializer: ConvolutionArgs['kernelInitializer'],
): tf.layers.Layer {
  return tf.layers.conv2d({
    ...{ name: 'stem', filters, kernelSize: 5, strides: 2, padding: 'same' },
    ...{ activation: 'relu', kernelInitializer },
  });
}

function apply(layer: tf.layers.Layer, x: Symbolic | Symbolic[]): Symbolic {
  return layer.apply(x) as Symbolic;
}
