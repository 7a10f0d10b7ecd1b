import { add, reshape, serialization, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { LayerNorm } from '../../layers/layer_norm';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { positiveInteger } from '../../options/check';
import type { OptionTable, Resolved } from '../../options/option_table';
import { LayerOfParts, type CallArguments, type Part } from './layer_of_parts';
import { patchesOf, type TokenShape } from './tokens';

export interface MixVprOptions extends LayerOptions {
  /** Number of mixers, one after another. Default: 4. */
  depth?: number;
  /** Channels of the output. Default: 1024. */
  outputChannels?: number;
  /** Numbers of the output for each of its channels. Default: 4. */
  rows?: number;
}

export const MIX_VPR_OPTIONS = {
  depth: { ...positiveInteger, default: 4 },
  outputChannels: { ...positiveInteger, default: 1024 },
  rows: { ...positiveInteger, default: 4 },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<MixVprOptions>;

/**
 * MixVPR (arXiv 2303.02190): it takes each channel of the patches as a vector [patches], and mixes it with itself.
 *
 *     x = patches, transposed to [channels, patches]; the class token does not count
 *     x = x + output(relu(hidden(layer normalization of x)))     `depth` times; both dense, from patches to patches
 *     y = a dense layer from channels to `outputChannels`, then one from patches to `rows`, flattened channel by channel
 *
 * Input: tokens, float32 [batch, 1 + patches, channels], both known. Output: float32 [batch, outputChannels * rows].
 * Inner layers: "mixer0_normalization", "mixer0_hidden", "mixer0_output" and so on, "channels" and "rows".
 */
export class MixVpr extends LayerOfParts<Resolved<MixVprOptions, typeof MIX_VPR_OPTIONS>> {
  /** @nocollapse */
  static readonly className: string = 'MixVpr';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: MixVprOptions = {}) {
    super(
      readLayerOptions<MixVprOptions, typeof MIX_VPR_OPTIONS>(
        MixVpr,
        new.target,
        options,
        MIX_VPR_OPTIONS,
      ),
    );
  }

  private get mixers(): string[] {
    return Array.from({ length: this.settings.depth }, (_, i) => `mixer${i}`);
  }

  protected override checkTokens(shape: TokenShape): void {
    const [, tokens] = shape;
    const [, wanted] = this.builtFor ?? shape;
    if (tokens != null && tokens === wanted) return;
    const expected =
      wanted == null
        ? 'of shape [batch, 1 + patches, channels] with a known number of patches'
        : `of shape [batch, ${wanted}, channels], with which the layer was built`;
    throw argumentError(this.label, 'tokens', expected, shape);
  }

  protected override parts([batch, tokens, channels]: TokenShape): Part[] {
    const { outputChannels, rows } = this.settings;
    const patches = tokens! - 1;
    const mixed = this.mixers.flatMap((mixer) => mixerParts(mixer, [batch, channels, patches]));
    const dense = (name: string, units: number) => () => layers.dense({ name, units });
    return [
      ...mixed,
      { input: [batch, patches, channels], make: dense('channels', outputChannels) },
      { input: [batch, outputChannels, patches], make: dense('rows', rows) },
    ];
  }

  protected override compute(tokens: Tensor, kwargs: CallArguments): Tensor {
    const mixed = this.mixers.reduce(
      (x, mixer) => {
        const normalized = this.run(`${mixer}_normalization`, x, kwargs);
        const hidden = this.run(`${mixer}_hidden`, normalized, kwargs);
        return add(x, this.run(`${mixer}_output`, hidden, kwargs));
      },
      swapped(patchesOf(tokens)),
    );
    const narrowed = swapped(this.run('channels', swapped(mixed), kwargs));
    return reshape(this.run('rows', narrowed, kwargs), [tokens.shape[0], -1]);
  }

  protected override outputShapes([batch]: TokenShape): Shape {
    return [batch, this.settings.outputChannels * this.settings.rows];
  }
}

serialization.registerClass(MixVpr);

/** As in the original, a mixer adds little to its input at first. */
function mixerParts(mixer: string, input: [number | null, number, number]): Part[] {
  const dense = (name: string, activation: 'relu' | 'linear') => () =>
    layers.dense({
      name: `${mixer}_${name}`,
      units: input[2],
      activation,
      kernelInitializer: initializers.truncatedNormal({ stddev: 0.02 }),
    });
  const normalization = () => new LayerNorm({ name: `${mixer}_normalization`, epsilon: 1e-5 });
  return [normalization, dense('hidden', 'relu'), dense('output', 'linear')].map((make) => ({
    input,
    make,
  }));
}

/** [batch, a, b] to [batch, b, a]. */
function swapped(x: Tensor): Tensor {
  return transpose(x, [0, 2, 1]);
}

/**
 * A head that mixes each channel of the patches of an image with itself; see `MixVpr`. The defaults are those of
 * TeTRA-VPR (arXiv 2503.02511), for 4096 numbers. That of TAT-VPR (arXiv 2505.16447) is
 * `mixVpr({depth: 1, outputChannels: 512})` and `unitLength()` after it, for 2048.
 *
 * ```js
 * const tokens = tf.input({shape: [10, 8]}); // the class and 3 x 3 patches
 * const head = mixVpr({depth: 2, outputChannels: 6});
 * const model = tf.model({inputs: tokens, outputs: head.apply(tokens)});
 * model.predict(tf.ones([2, 10, 8])).shape; // [2, 24]
 * head instanceof MixVpr; // true
 * ```
 *
 * @throws if an option is unknown or wrong. Applying the layer throws if the input has another shape, or another
 * number of patches than that with which the layer was built.
 */
export function mixVpr(options: MixVprOptions = {}): MixVpr {
  return new MixVpr(options);
}
