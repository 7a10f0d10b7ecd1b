import { ones, serialization, tidy, zeros, type Tensor } from '@tensorflow/tfjs-core';
import type { layers, Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { asFloat32 } from '../ops/as_float32';
import { layerNorm } from '../ops/normalization';
import { anyInteger, numberFrom, type Check } from '../options/check';
import type { OptionTable } from '../options/option_table';
import { firstShape } from '../tfjs/layer_nodes';
import { LayerNormalization, type LayerNormalizationArgs } from '../tfjs/layer_normalization';
import { savedConfig } from '../tfjs/saved_config';
import { labelOf } from './layer_label';
import { readLayerOptions } from './layer_options';
import { BOOLEAN, IDENTIFIER, LAYER_OPTIONS, orNull } from './tfjs_options';

/** The arguments of `tf.layers.layerNormalization`. */
export interface LayerNormOptions extends LayerNormalizationArgs {
  /** Added to the variance. Default: 1e-3. */
  epsilon?: number;
}

const AXIS: Check = {
  expected: 'an integer or a list of them',
  holds: (value) =>
    [value].flat().length > 0 && [value].flat().every((axis) => anyInteger.holds(axis)),
};

export const LAYER_NORM_OPTIONS = {
  axis: orNull(AXIS),
  epsilon: orNull(numberFrom(0)),
  center: BOOLEAN,
  scale: BOOLEAN,
  betaInitializer: IDENTIFIER,
  gammaInitializer: IDENTIFIER,
  betaRegularizer: IDENTIFIER,
  gammaRegularizer: IDENTIFIER,
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<LayerNormOptions>;

/**
 * The layer normalization of TensorFlow.js (arXiv 1607.06450) as one operation:
 *
 *     y = (x - mean) / sqrt(variance + epsilon) * gamma + beta      over the last axis
 *
 * Arguments, weights and config are those of `tf.layers.layerNormalization`, so that either layer takes the
 * weights of the other; the outputs agree to rounding. It computes in float64 and rounds once, in an order that is
 * always the same: equal inputs give equal outputs on cpu, wasm and tensorflow, in training and in inference. A
 * row with NaN or infinity gives a row of NaN. On other backends it is composed of operations of TensorFlow.js,
 * and over other axes it computes as the layer of TensorFlow.js does.
 *
 * Weights: `gamma` and `beta` [features], which start at one and zero. Input: float32 (other types are cast to
 * it), rank 2 or more, [..., features]. Output: float32 of the same shape.
 */
export class LayerNorm extends LayerNormalization {
  /** @nocollapse */
  static override readonly className: string = 'LayerNorm';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(args: LayerNormOptions = {}) {
    const options = readLayerOptions<LayerNormOptions, typeof LAYER_NORM_OPTIONS>(
      LayerNorm,
      new.target,
      args,
      LAYER_NORM_OPTIONS,
    );
    const { axis } = options;
    super({ ...options, ...(Array.isArray(axis) && { axis: [...axis] }) });
  }

  private get label(): string {
    return labelOf('LayerNorm', this.name);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    const axes = [this.axis].flat();
    const isNormalized = (axis: number) =>
      axes.includes(axis) || axes.includes(axis - shape.length);
    const unknown = shape.findIndex((size, axis) => size == null && isNormalized(axis));
    if (shape.length < 2 || unknown >= 0) {
      const expected = 'of rank 2 or more, with known sizes of the normalized axes';
      throw argumentError(this.label, 'input', expected, shape);
    }
    const outside = axes.find((axis) => axis < -shape.length || axis >= shape.length);
    if (outside != null) {
      const expected = `an axis of the input ${JSON.stringify(shape)}`;
      throw argumentError(this.label, 'axis', expected, outside);
    }
    super.build(shape);
    const sizes = (this.axis as number[]).map((axis) => [axis, shape[axis]!] as const);
    this.inputSpec = [{ ndim: shape.length, axes: Object.fromEntries(sizes) }];
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const input = Array.isArray(inputs) ? inputs[0]! : inputs;
      const x = asFloat32(input);
      if (!isLastAxis(this.axis, x.rank)) return super.call(x, kwargs) as Tensor;
      const shape = x.shape.slice(-1);
      return layerNorm(
        x,
        this.gamma?.read() ?? ones(shape),
        this.beta?.read() ?? zeros(shape),
        this.epsilon,
      );
    });
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(LayerNorm);

/** Whether the last axis of inputs of this rank, and no other, is normalized. */
function isLastAxis(axis: number | number[], rank: number): boolean {
  const [only, ...others] = [axis].flat();
  return others.length === 0 && (only === -1 || only === rank - 1);
}

/**
 * A layer normalization that is one operation, where that of TensorFlow.js is thirteen: small nets spend most of
 * their time in those. It takes the arguments of `tf.layers.layerNormalization` and computes the same, to
 * rounding; `convert` puts it in the place of such layers. See `LayerNorm` for its formula, weights and shapes.
 *
 * ```js
 * const net = tf.sequential();
 * net.add(bitLinear({units: 32, useBias: false, inputShape: [16]}));
 * net.add(layerNormalization({epsilon: 1e-5}));
 * net.add(tf.layers.reLU());
 * net.add(tf.layers.dense({units: 2}));
 * net.layers[1] instanceof LayerNorm; // true
 * ```
 *
 * @throws if an option is unknown or wrong. Applying the layer throws if its input has a rank below 2, lacks a
 * normalized axis or does not know its size, or if a later input has another rank or size.
 */
export function layerNormalization(options: LayerNormOptions = {}): LayerNorm {
  return new LayerNorm(options);
}
