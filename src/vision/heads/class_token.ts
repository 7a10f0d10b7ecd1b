import { serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { labelOf } from '../../layers/layer_label';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { savedConfig } from '../../tfjs/saved_config';
import { classTokenOf, tokenShape, tokensIn } from './tokens';

/**
 * The first token of an image, which stands for the class (arXiv 2010.11929). It has no weights.
 *
 * Input: tokens, float32 [batch, 1 + patches, channels]. Output: float32 [batch, channels].
 */
export class ClassToken extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'ClassToken';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: LayerOptions = {}) {
    super(readLayerOptions(ClassToken, new.target, options, LAYER_OPTIONS));
  }

  private shapeOf(inputShape: Shape | Shape[]) {
    return tokenShape(inputShape, labelOf('ClassToken', this.name));
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const tokens = tokensIn(inputs);
      this.shapeOf(tokens.shape);
      return classTokenOf(tokens);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , channels] = this.shapeOf(inputShape);
    return [batch, channels];
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(ClassToken);

/**
 * A head that gives the first token of an image, [batch, 1 + patches, channels] to [batch, channels], as in the vision
 * transformer (arXiv 2010.11929). It is one of the heads of TAT-VPR (arXiv 2505.16447).
 *
 * ```js
 * const tokens = tf.input({shape: [10, 8]}); // the class and 3 x 3 patches
 * const model = tf.model({inputs: tokens, outputs: classToken().apply(tokens)});
 * model.predict(tf.ones([2, 10, 8])).shape; // [2, 8]
 * model.layers[1] instanceof ClassToken; // true
 * ```
 *
 * @throws if an option is unknown or wrong. Applying the layer throws if the input has another shape.
 */
export function classToken(options: LayerOptions = {}): ClassToken {
  return new ClassToken(options);
}
