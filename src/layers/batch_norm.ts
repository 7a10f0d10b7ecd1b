import {
  ones,
  serialization,
  tidy,
  zeros,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import type { layers, Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { asFloat32 } from '../ops/as_float32';
import { batchNorm, type BatchNormWeights } from '../ops/batch_norm';
import { anyInteger, anyNumber, numberFrom, type Check } from '../options/check';
import type { OptionTable } from '../options/option_table';
import { BatchNormalization, type BatchNormalizationArgs } from '../tfjs/batch_normalization';
import { firstShape } from '../tfjs/layer_nodes';
import { savedConfig } from '../tfjs/saved_config';
import { labelOf } from './layer_label';
import { readLayerOptions } from './layer_options';
import { BOOLEAN, IDENTIFIER, LAYER_OPTIONS, orNull } from './tfjs_options';

/** The arguments of `tf.layers.batchNormalization`. */
export interface BatchNormOptions extends BatchNormalizationArgs {
  /** Added to the variance. Default: 1e-3. */
  epsilon?: number;
}

/** Models of Keras have lists of one. */
const AXIS: Check = {
  expected: 'an integer',
  holds: (value) => [value].flat().length === 1 && anyInteger.holds([value].flat()[0]),
};

export const BATCH_NORM_OPTIONS = {
  axis: orNull(AXIS),
  momentum: orNull(anyNumber),
  epsilon: orNull(numberFrom(0)),
  center: BOOLEAN,
  scale: BOOLEAN,
  betaInitializer: IDENTIFIER,
  gammaInitializer: IDENTIFIER,
  movingMeanInitializer: IDENTIFIER,
  movingVarianceInitializer: IDENTIFIER,
  betaConstraint: IDENTIFIER,
  gammaConstraint: IDENTIFIER,
  betaRegularizer: IDENTIFIER,
  gammaRegularizer: IDENTIFIER,
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<BatchNormOptions>;

/**
 * The batch normalization of TensorFlow.js (arXiv 1502.03167), faster in inference:
 *
 *     y = (x - moving mean) / sqrt(moving variance + epsilon) * gamma + beta      for each channel of the last axis
 *
 * Arguments, weights, config and training are those of `tf.layers.batchNormalization`, so that either layer takes the
 * weights of the other; the outputs agree to rounding. In inference the quotient gamma / sqrt(...) is computed once for
 * each channel, on cpu and wasm, where TensorFlow.js computes it for each value; equal inputs give equal outputs there.
 * On other backends, and over other axes, it computes as the layer of TensorFlow.js does.
 *
 * Weights: `gamma`, `beta`, the moving mean and the moving variance, each [channels]. Input: float32 (other types are
 * cast to it), rank 2 or more, [..., channels]. Output: float32 of the same shape.
 */
export class BatchNorm extends BatchNormalization {
  /** @nocollapse */
  static override readonly className: string = 'BatchNorm';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(args: BatchNormOptions = {}) {
    const options = readLayerOptions<BatchNormOptions, typeof BATCH_NORM_OPTIONS>(
      BatchNorm,
      new.target,
      args,
      BATCH_NORM_OPTIONS,
    );
    const [axis] = [options.axis].flat();
    super({ ...options, ...(axis != null && { axis }) });
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    const axis = this.axis < 0 ? this.axis + shape.length : this.axis;
    if (shape.length < 2 || shape[axis] == null) {
      const expected = `of rank 2 or more, with a known size of axis ${this.axis}`;
      throw argumentError(labelOf('BatchNorm', this.name), 'input', expected, shape);
    }
    super.build(shape);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      const x = asFloat32(Array.isArray(inputs) ? inputs[0]! : inputs);
      const isInference = !kwargs?.['training'];
      const isOverLast = this.axis === -1 || this.axis === x.rank - 1;
      if (!isInference || !isOverLast) return super.call(x, kwargs) as Tensor;
      return batchNorm(x, this.movingWeights(), this.epsilon);
    });
  }

  private movingWeights(): BatchNormWeights {
    const mean = this.movingMean.read() as Tensor1D;
    return {
      mean,
      variance: this.movingVariance.read() as Tensor1D,
      gamma: (this.gamma?.read() as Tensor1D | undefined) ?? ones(mean.shape),
      beta: (this.beta?.read() as Tensor1D | undefined) ?? zeros(mean.shape),
    };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(BatchNorm);

/**
 * A batch normalization that is faster than that of TensorFlow.js in inference: on wasm, convolutional nets spend up to
 * half of their time there. It takes the arguments of `tf.layers.batchNormalization` and computes the same, to rounding;
 * `convert` puts it in the place of such layers. See `BatchNorm` for its formula, weights and shapes.
 *
 * ```js
 * const net = tf.sequential();
 * net.add(bitConv2d({filters: 8, kernelSize: 3, useBias: false, inputShape: [8, 8, 1]}));
 * net.add(batchNormalization());
 * net.add(tf.layers.reLU());
 * net.layers[1] instanceof BatchNorm; // true
 * ```
 *
 * @throws if an option is unknown or wrong. Applying the layer throws if its input has a rank below 2, or lacks
 * a known size of the normalized axis.
 */
export function batchNormalization(options: BatchNormOptions = {}): BatchNorm {
  return new BatchNorm(options);
}
