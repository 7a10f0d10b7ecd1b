import { serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { asFloat32 } from '../ops/as_float32';
import { rmsNorm } from '../ops/normalization';
import { positiveNumber } from '../options/check';
import type { OptionTable } from '../options/option_table';
import { firstShape } from '../tfjs/layer_nodes';
import { savedConfig } from '../tfjs/saved_config';
import { labelOf } from './layer_label';
import { readLayerOptions } from './layer_options';
import { LAYER_OPTIONS, type LayerOptions } from './tfjs_options';

export interface RMSNormalizationOptions extends LayerOptions {
  /** Added to the mean square. Default: 1e-6. */
  epsilon?: number;
}

export const RMS_NORMALIZATION_OPTIONS = {
  epsilon: { ...positiveNumber, default: 1e-6 },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<RMSNormalizationOptions>;

/**
 * Divides each row by its root mean square: RMSNorm (arXiv 1910.07467), which BitNet puts before its
 * ternary layers. The name is the one that Keras uses.
 *
 *     y = gamma * x / sqrt(mean(x^2) + epsilon)      over the last axis
 *
 * It computes in float64 and rounds once, in an order that is always the same: equal inputs give equal outputs on
 * cpu, wasm and tensorflow, in training and in inference. A row with NaN or infinity gives a row of NaN. On other
 * backends it is composed of operations of TensorFlow.js.
 *
 * Weight: `gamma` [features], which starts at one. Input: float32 (other types are cast to it), rank 2 or more,
 * [..., features]. Output: float32 of the same shape.
 */
export class RMSNormalization extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'RMSNormalization';

  readonly epsilon: number;
  private gamma: LayerVariable | undefined;

  /** @throws if an option is unknown, or `epsilon` is not a positive number. */
  constructor(args: RMSNormalizationOptions = {}) {
    const options = readLayerOptions<RMSNormalizationOptions, typeof RMS_NORMALIZATION_OPTIONS>(
      RMSNormalization,
      new.target,
      args,
      RMS_NORMALIZATION_OPTIONS,
    );
    super(options);
    this.epsilon = options.epsilon;
    this.supportsMasking = true;
  }

  private get label(): string {
    return labelOf('RMSNormalization', this.name);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    const features = shape[shape.length - 1];
    if (shape.length < 2 || features == null) {
      throw argumentError(this.label, 'input', 'of shape [..., features], features known', shape);
    }
    this.gamma = this.addWeight('gamma', [features], 'float32', initializers.ones());
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: features } }];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const input = Array.isArray(inputs) ? inputs[0]! : inputs;
      const x = asFloat32(input);
      return rmsNorm(x, this.gamma!.read(), this.epsilon);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(RMSNormalization);

/**
 * A layer that divides each row by its root mean square (RMSNorm, arXiv 1910.07467), as tfjs has no such
 * layer. This layer, a `bitLinear` and an activation make the block of BitNet:
 *
 * ```js
 * const net = tf.sequential();
 * net.add(rmsNormalization({inputShape: [16]}));
 * net.add(bitLinear({units: 32, useBias: false, activation: 'relu'}));
 * net.add(tf.layers.dense({units: 2}));
 * net.layers[0] instanceof RMSNormalization; // true
 * ```
 *
 * @throws if an option is unknown, or `epsilon` is not a positive number.
 */
export function rmsNormalization(options: RMSNormalizationOptions = {}): RMSNormalization {
  return new RMSNormalization(options);
}
