import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { anyBoolean, oneOf, positiveInteger, positiveNumber } from '../../options/check';
import type { OptionTable, Resolved } from '../../options/option_table';
import { GeneralizedMean } from './generalized_mean';
import { LayerOfParts, type CallArguments, type Part } from './layer_of_parts';
import { patchesOf, type TokenShape } from './tokens';

export interface GemPoolingOptions extends LayerOptions {
  /** Width of a float dense layer after the mean. Default: no such layer. */
  units?: number;
  /**
   * What gets unit length before the mean: each channel over the tokens, as in TeTRA-VPR, or each token over its
   * channels, as in CosPlace (arXiv 2204.02287) and TAT-VPR. Default: `'tokens'`.
   */
  normalizeOver?: 'tokens' | 'channels';
  /** Whether the class token is one of the tokens, as in TeTRA-VPR but not in TAT-VPR. Default: true. */
  withClassToken?: boolean;
  /** The power before training. Default: 3. */
  initialPower?: number;
}

export const GEM_POOLING_OPTIONS = {
  units: positiveInteger,
  normalizeOver: { ...oneOf(['tokens', 'channels']), default: 'tokens' },
  withClassToken: { ...anyBoolean, default: true },
  initialPower: { ...positiveNumber, default: 3 },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<GemPoolingOptions>;

/**
 * Generalized mean pooling (GeM, arXiv 1711.02512) of the tokens of an image:
 *
 *     x = tokens / |tokens|                                        lengths over tokens or over channels
 *     y = mean over tokens of (max(x, 1e-6)^power)^(1 / power)     and, with `units`, a dense layer of y
 *
 * Input: tokens, float32 [batch, 1 + patches, channels], channels known. Output: float32 [batch, units], or [batch,
 * channels] without `units`. Weights: `power` [1] in the inner layer "mean", and those of the inner layer "projection".
 */
export class GemPooling extends LayerOfParts<
  Resolved<GemPoolingOptions, typeof GEM_POOLING_OPTIONS>
> {
  /** @nocollapse */
  static readonly className: string = 'GemPooling';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: GemPoolingOptions = {}) {
    super(
      readLayerOptions<GemPoolingOptions, typeof GEM_POOLING_OPTIONS>(
        GemPooling,
        new.target,
        options,
        GEM_POOLING_OPTIONS,
      ),
    );
  }

  protected override parts(shape: TokenShape): Part[] {
    const { units, normalizeOver, initialPower } = this.settings;
    const [batch, , channels] = shape;
    const mean = () => new GeneralizedMean({ name: 'mean', normalizeOver, initialPower });
    if (units == null) return [{ input: shape, make: mean }];
    const projection = () => layers.dense({ name: 'projection', units });
    return [
      { input: shape, make: mean },
      { input: [batch, channels], make: projection },
    ];
  }

  protected override compute(tokens: Tensor, kwargs: CallArguments): Tensor {
    const counted = this.settings.withClassToken ? tokens : patchesOf(tokens);
    const mean = this.run('mean', counted, kwargs);
    return this.settings.units == null ? mean : this.run('projection', mean, kwargs);
  }

  protected override outputShapes([batch, , channels]: TokenShape): Shape {
    return [batch, this.settings.units ?? channels];
  }
}

serialization.registerClass(GemPooling);

/**
 * A head that pools tokens by a generalized mean with a learned power; see `GemPooling`. That of TeTRA-VPR (arXiv
 * 2503.02511) is `gemPooling({units: 2048})`. CosPlace's, which TAT-VPR (arXiv 2505.16447) takes, is
 * `gemPooling({units, normalizeOver: 'channels', withClassToken: false})` and `unitLength()` after it.
 *
 * ```js
 * const tokens = tf.input({shape: [10, 8]}); // the class and 3 x 3 patches
 * const model = tf.model({inputs: tokens, outputs: gemPooling({units: 16}).apply(tokens)});
 * model.predict(tf.ones([2, 10, 8])).shape; // [2, 16]
 * model.layers[1] instanceof GemPooling; // true
 * ```
 *
 * @throws if an option is unknown or wrong. Applying the layer throws if the input has another shape.
 */
export function gemPooling(options: GemPoolingOptions = {}): GemPooling {
  return new GemPooling(options);
}
