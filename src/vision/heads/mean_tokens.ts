import { mean, serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { labelOf } from '../../layers/layer_label';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { anyBoolean } from '../../options/check';
import type { OptionTable } from '../../options/option_table';
import { savedConfig } from '../../tfjs/saved_config';
import { patchesOf, tokenShape, tokensIn } from './tokens';

export interface MeanTokensOptions extends LayerOptions {
  /** Whether the class token counts too. Default: false. */
  withClassToken?: boolean;
}

export const MEAN_TOKENS_OPTIONS = {
  withClassToken: { ...anyBoolean, default: false },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<MeanTokensOptions>;

/**
 * The mean of the tokens of an image. It has no weights.
 *
 * Input: tokens, float32 [batch, 1 + patches, channels]. Output: float32 [batch, channels].
 */
export class MeanTokens extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'MeanTokens';

  readonly withClassToken: boolean;

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: MeanTokensOptions = {}) {
    const read = readLayerOptions<MeanTokensOptions, typeof MEAN_TOKENS_OPTIONS>(
      MeanTokens,
      new.target,
      options,
      MEAN_TOKENS_OPTIONS,
    );
    super(read);
    this.withClassToken = read.withClassToken;
  }

  private shapeOf(inputShape: Shape | Shape[]) {
    return tokenShape(inputShape, labelOf('MeanTokens', this.name));
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const tokens = tokensIn(inputs);
      this.shapeOf(tokens.shape);
      return mean(this.withClassToken ? tokens : patchesOf(tokens), 1);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , channels] = this.shapeOf(inputShape);
    return [batch, channels];
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), withClassToken: this.withClassToken };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(MeanTokens);

/**
 * A head that gives the mean of the tokens of an image, [batch, 1 + patches, channels] to [batch, channels]; that of
 * the patches, unless the class token counts too.
 *
 * ```js
 * const tokens = tf.input({shape: [10, 8]}); // the class and 3 x 3 patches
 * const model = tf.model({inputs: tokens, outputs: meanTokens().apply(tokens)});
 * model.predict(tf.ones([2, 10, 8])).shape; // [2, 8]
 * model.layers[1] instanceof MeanTokens; // true
 * ```
 *
 * @throws if an option is unknown or wrong. Applying the layer throws if the input has another shape.
 */
export function meanTokens(options: MeanTokensOptions = {}): MeanTokens {
  return new MeanTokens(options);
}
