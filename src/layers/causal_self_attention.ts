import { reshape, serialization, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { attention } from '../ops/attention';
import { positiveInteger } from '../options/check';
import type { OptionTable } from '../options/option_table';
import { savedConfig } from '../tfjs/saved_config';
import { splitHeads } from './split_heads';
import { labelOf } from './layer_label';
import { readLayerOptions } from './layer_options';
import { LAYER_OPTIONS, type LayerOptions } from './tfjs_options';

export interface CausalSelfAttentionOptions extends LayerOptions {
  /** Number of heads, which must divide the width of the inputs. */
  numHeads: number;
}

export const CAUSAL_SELF_ATTENTION_OPTIONS = {
  numHeads: { ...positiveInteger, required: true },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<CausalSelfAttentionOptions>;

/**
 * Attention of each position to itself and to those before it, in several heads (arXiv 1706.03762, section
 * 3.2), which tfjs lacks. Positions enter by ALiBi (arXiv 2108.12409): a score falls with the distance
 * between query and key, by a slope of its own in each head.
 *
 *     softmax(q . k^T / sqrt(keyDim) - slope * distance) . v      in each head
 *     keyDim = width / numHeads, slope = 2^(-8 h / numHeads) in head h = 1, ..., numHeads
 *
 * Inputs: [q, k, v], each float32 [batch, time, width]. k and v may have more times than q, which then
 * stands at the end of them, as where keys and values of earlier positions are kept. Output: float32, the
 * shape of q. It has no weights: q, k and v come from linear layers, for instance `bitLinear`. It takes no
 * mask. It computes as `scaledDotProductAttention` does, in one operation.
 */
export class CausalSelfAttention extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'CausalSelfAttention';

  readonly numHeads: number;

  /** @throws if an option is unknown, or `numHeads` is not a positive integer. */
  constructor(options: CausalSelfAttentionOptions) {
    super(
      readLayerOptions(CausalSelfAttention, new.target, options, CAUSAL_SELF_ATTENTION_OPTIONS),
    );
    this.numHeads = options.numHeads;
  }

  private get label(): string {
    return labelOf('CausalSelfAttention', this.name);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shapes = inputShape as Shape[];
    const width = shapes[0]?.[2] ?? 0;
    const fits = (shape: Shape) => shape.length === 3 && shape[2] === width;
    if (shapes.length !== 3 || !shapes.every(fits) || width < 1 || width % this.numHeads !== 0) {
      const expected = `three of shape [batch, time, width], numHeads (${this.numHeads}) dividing the width`;
      throw argumentError(this.label, 'inputs', expected, inputShape);
    }
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [query, key, value] = inputs as [Tensor, Tensor, Tensor];
      this.checkTimes(query.shape[1]!, key.shape[1]!);
      const [q, k, v] = [
        splitHeads(query, this.numHeads),
        splitHeads(key, this.numHeads),
        splitHeads(value, this.numHeads),
      ];
      const scale = 1 / Math.sqrt(query.shape[2]! / this.numHeads);
      const slopes = tensor1d(slopesOf(this.numHeads));
      const y = attention({ q, k, v, mask: tensor1d([]), slopes }, { scale, causal: true });
      return reshape(y, query.shape);
    });
  }

  private checkTimes(queries: number, keys: number): void {
    if (queries <= keys) return;
    const expected = `of at least as many times as q (${queries})`;
    throw argumentError(this.label, 'inputs k and v', expected, keys);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [query] = inputShape as [Shape, Shape, Shape];
    return query;
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), numHeads: this.numHeads };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(CausalSelfAttention);

/** What a key costs in each head for each position between it and the query. */
function slopesOf(heads: number): number[] {
  return Array.from({ length: heads }, (_, head) => 2 ** ((-8 * (head + 1)) / heads));
}

/**
 * A layer of causal self-attention in several heads (arXiv 1706.03762) with ALiBi (arXiv 2108.12409), for
 * models of sequences; see `CausalSelfAttention` for its formula and shapes. With linear layers before and
 * after it, it is the attention of a transformer's block:
 *
 * ```js
 * const x = tf.input({shape: [null, 16]}); // any number of positions
 * const [q, k, v] = [1, 2, 3].map(() => bitLinear({units: 16, useBias: false}).apply(x));
 * const mixed = causalSelfAttention({numHeads: 4}).apply([q, k, v]);
 * const output = bitLinear({units: 16, useBias: false}).apply(mixed);
 * const block = tf.model({inputs: x, outputs: output});
 * block.predict(tf.zeros([1, 5, 16])).shape; // [1, 5, 16]
 * block.layers.some((layer) => layer instanceof CausalSelfAttention); // true
 * ```
 *
 * @throws if an option is unknown, or `numHeads` is not a positive integer. Applying the layer throws if
 * its inputs are not three tensors of shape [batch, time, width] whose width `numHeads` divides, or q has
 * more times than k.
 */
export function causalSelfAttention(options: CausalSelfAttentionOptions): CausalSelfAttention {
  return new CausalSelfAttention(options);
}
