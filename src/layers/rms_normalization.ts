import {
  add,
  mean,
  mul,
  rsqrt,
  serialization,
  square,
  tidy,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { initializers, layers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { checkOptionNames } from '../options/option_names';
import { LAYER_ARGS } from '../tfjs/dense';

type LayerArgs = ConstructorParameters<typeof layers.Layer>[0];

export interface RMSNormalizationArgs extends NonNullable<LayerArgs> {
  /** Added to the mean square. Default: 1e-6. */
  epsilon?: number;
}

/**
 * Divides each row by its root mean square: RMSNorm (arXiv 1910.07467), which BitNet puts before its
 * ternary layers. Named as in Keras.
 *
 *     y = gamma * x / sqrt(mean(x^2) + epsilon)      over the last axis
 *
 * Weight: `gamma` [features], ones at first. Input: float32, rank 2 or more, [..., features]. Output:
 * the same shape.
 */
export class RMSNormalization extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'RMSNormalization';

  readonly epsilon: number;
  private gamma: LayerVariable | undefined;

  /** @throws if `epsilon` is not a positive number. */
  constructor(args: RMSNormalizationArgs = {}) {
    super(args);
    const { epsilon = 1e-6 } = args;
    if (!(epsilon > 0 && epsilon < Infinity)) {
      throw argumentError(this.label, 'epsilon', 'a positive number', epsilon);
    }
    this.epsilon = epsilon;
    this.supportsMasking = true;
  }

  private get label(): string {
    return `RMSNormalization layer "${this.name}"`;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
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
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const inverse = rsqrt(add(mean(square(x), -1, true), this.epsilon));
      return mul(mul(x, inverse), this.gamma!.read());
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}

serialization.registerClass(RMSNormalization);

/**
 * A layer that divides each row by its root mean square (RMSNorm, arXiv 1910.07467), as tfjs has none.
 * One such layer, a `bitLinear` and an activation make the block of BitNet:
 *
 * ```js
 * const net = tf.sequential();
 * net.add(rmsNormalization({inputShape: [16]}));
 * net.add(bitLinear({units: 32, useBias: false, activation: 'relu'}));
 * net.add(tf.layers.dense({units: 2}));
 * net.layers[0] instanceof RMSNormalization; // true
 * ```
 *
 * @throws if an argument is unknown, or `epsilon` is not a positive number.
 */
export function rmsNormalization(args: RMSNormalizationArgs = {}): RMSNormalization {
  checkOptionNames('rmsNormalization', 'args', args, ['epsilon', ...LAYER_ARGS]);
  return new RMSNormalization(args);
}
